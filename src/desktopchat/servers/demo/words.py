"""Common words of some languages: what the demo's translators translate into. Data only."""

from collections.abc import Mapping

POOLS: Mapping[str, str] = {
    "zh-Hans": "系统 文件 用户 设置 问题 时间 工作 方法 数据 语言 内容 程序 网络 页面 消息 世界 学生 城市 公司 市场"
    " 经济 历史 文化 技术 教育 环境 生活 自然 音乐 科学 研究 发展 重要 简单 清楚 快速 安全 完整 新的 已经"
    " 可以 需要 选择 打开 保存 发送 使用 开始 继续",
    "zh-Hant": "系統 檔案 使用者 設定 問題 時間 工作 方法 資料 語言 內容 程式 網路 頁面 訊息 世界 學生 城市 公司"
    " 市場 經濟 歷史 文化 技術 教育 環境 生活 自然 音樂 科學 研究 發展 重要 簡單 清楚 快速 安全 完整 已經"
    " 可以 需要 選擇 打開 儲存 傳送 使用 開始 繼續",
    "ja": "システムは ファイルを ユーザーが 設定する 問題の 時間に 仕事で 方法と 言葉 内容を ページ メッセージ"
    " 世界の 学生は 会社で 市場 歴史と 文化の 技術を 教育に 環境 生活 自然な 音楽 科学 研究する 重要な"
    " 簡単に 新しい 選ぶ 開く 保存する 送る 使う 始める 続ける",
    "ko": "시스템은 파일을 사용자가 설정 문제의 시간에 작업 방법과 언어 내용을 페이지 메시지 세계의 학생은"
    " 회사에서 시장 역사와 문화의 기술을 교육에 환경 생활 자연 음악 과학 연구 중요한 간단히 새로운 선택"
    " 열기 저장 보내기 사용 시작 계속",
    "en": "the system file user setting question time work method language content program network page message"
    " world student city company market history culture education nature music science research important"
    " simple quick safe complete already can should choose open save send use begin continue with from"
    " about every",
    "de": "das System Datei Benutzer Einstellung Frage Zeit Arbeit Sprache Inhalt Programm Netz Seite Nachricht"
    " Welt Stadt Firma Markt Geschichte Kultur Bildung Natur Musik wichtig einfach schnell sicher und"
    " nicht mit für wird öffnen speichern senden benutzen beginnen",
    "fr": "le système fichier utilisateur réglage question temps travail langue contenu programme réseau page"
    " message monde ville société marché histoire culture éducation nature musique important simple"
    " rapide sûr et avec pour dans ouvrir enregistrer envoyer utiliser commencer",
    "es": "el sistema archivo usuario ajuste pregunta tiempo trabajo lengua contenido programa red página"
    " mensaje mundo ciudad empresa mercado historia cultura educación naturaleza música importante"
    " sencillo rápido seguro y con para abrir guardar enviar usar empezar",
    "it": "il sistema archivio utente domanda tempo lavoro lingua contenuto programma rete pagina messaggio"
    " mondo città mercato storia cultura educazione natura musica importante semplice veloce sicuro con"
    " per della aprire salvare",
    "pt": "o sistema arquivo usuário pergunta tempo trabalho língua conteúdo programa rede página mensagem"
    " mundo cidade mercado história cultura educação natureza música importante simples rápido seguro com"
    " para não abrir salvar",
    "ru": "система файл пользователь вопрос время работа язык содержание программа сеть страница сообщение мир"
    " город рынок история культура образование природа музыка важный простой быстрый и не для открыть"
    " сохранить отправить",
    "ar": "النظام الملف المستخدم السؤال الوقت العمل اللغة المحتوى البرنامج الشبكة الصفحة الرسالة العالم المدينة"
    " السوق التاريخ الثقافة التعليم الطبيعة الموسيقى مهم بسيط سريع من إلى على فتح حفظ إرسال",
    "el": "το σύστημα αρχείο χρήστης ερώτηση χρόνος εργασία γλώσσα περιεχόμενο πρόγραμμα δίκτυο σελίδα μήνυμα"
    " κόσμος πόλη",
    "he": "המערכת הקובץ המשתמש השאלה הזמן העבודה השפה התוכן התוכנית הרשת העמוד ההודעה העולם העיר השוק ההיסטוריה",
    "th": "ระบบ ไฟล์ ผู้ใช้ คำถาม เวลา งาน ภาษา เนื้อหา โปรแกรม เครือข่าย หน้า ข้อความ โลก เมือง ตลาด",
    "hi": "प्रणाली फ़ाइल उपयोगकर्ता प्रश्न समय काम भाषा सामग्री कार्यक्रम जाल पृष्ठ संदेश दुनिया शहर बाज़ार",
}
