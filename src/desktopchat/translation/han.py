"""Which Chinese characters are written in one way only: a table that tells simplified from traditional texts."""

_PAIRS = (
    "们們国國会會来來对對发發学學说說时時过過这這进進还還没沒动動后後开開关關点點长長问問间間现現见見实實经經样樣种種"
    "头頭电電业業万萬东東车車书書买買卖賣两兩个個为為义義乐樂习習乡鄉亚亞产產亲親从從优優传傳伤傷体體余餘侧側债債价價"
    "众眾伟偉创創务務动動劳勞势勢区區医醫华華协協单單卫衛厂廠厅廳历歷压壓参參双雙变變号號叶葉听聽员員响響团團园園图圖"
    "圆圓圣聖场場坏壞块塊报報声聲处處备備复復够夠奖獎妇婦孙孫宁寧宝寶审審宽寬导導将將尽盡层層属屬岁歲岛島币幣师師带帶"
    "帮幫库庫应應张張弹彈强強归歸当當录錄彻徹态態怀懷总總恋戀恶惡惊驚愿願战戰户戶扩擴扫掃执執护護担擔拥擁择擇挂掛据據"
    "损損换換摄攝断斷无無旧舊显顯晓曉术術机機杀殺权權条條极極构構标標树樹桥橋检檢欢歡欧歐残殘毕畢气氣汉漢汇匯沟溝测測"
    "济濟浏瀏涨漲润潤渐漸温溫湾灣满滿灭滅灯燈灵靈热熱爱愛爷爺牵牽独獨狮獅环環画畫疗療盐鹽监監盘盤着著码碼确確础礎礼禮"
    "离離稳穩积積称稱笔筆简簡类類粮糧紧緊纪紀约約红紅级級纯純纸紙线線练練组組细細终終绍紹结結给給络絡绝絕统統继繼续續"
    "维維综綜绿綠缓緩编編缩縮网網罗羅职職联聯脑腦节節艺藝获獲药藥虑慮虽雖补補规規视視览覽觉覺触觸计計认認论論设設访訪"
    "证證评評识識诉訴译譯试試话話该該详詳语語误誤请請读讀课課调調谁誰谈談谢謝负負贡貢财財责責败敗货貨质質贵貴费費资資"
    "赛賽赞贊跃躍轮輪软軟转轉载載较較输輸边邊达達迁遷运運连連选選递遞适適遗遺释釋针針钟鐘钱錢铁鐵银銀链鏈错錯键鍵门門"
    "闭閉闻聞阅閱队隊阳陽阶階际際陆陸险險随隨难難静靜页頁项項顺順须須预預领領频頻题題颜顏风風飞飛饭飯馆館马馬驱驅验驗"
    "鱼魚鸟鳥麦麥黄黃齐齊龙龍"
)

SIMPLIFIED = frozenset(a for a, b in zip(_PAIRS[::2], _PAIRS[1::2], strict=True) if a != b)
TRADITIONAL = frozenset(b for a, b in zip(_PAIRS[::2], _PAIRS[1::2], strict=True) if a != b)


def leaning(text: str) -> int:
    """Above 0 for characters that only simplified texts have, below for traditional ones, 0 where nothing tells."""
    return sum((character in SIMPLIFIED) - (character in TRADITIONAL) for character in text)
