"use strict";
// The relay's page: logs in, lists the models, asks by fetch or by EventSource. It shows text as text, never as HTML.

const $ = (id) => document.getElementById(id);
const texts = document.body.dataset;
let messages = [];
let stop = null; // ends the answer that is coming

// -- in and out

function show(inside) {
  for (const id of ["bar", "talk", "composer"]) $(id).hidden = !inside;
  $("login").hidden = inside;
  $(inside ? "question" : "token").focus();
}

function complain(text) {
  $("problem").textContent = text;
  $("problem").hidden = !text;
}

async function enter() {
  const reply = await fetch("/v1/models").catch(() => null);
  if (!reply || !reply.ok) {
    if (!reply) complain(texts.unreachable);
    return show(false);
  }
  const before = localStorage.getItem("model");
  const names = (await reply.json()).data.map((model) => model.id);
  $("model").replaceChildren(...names.map((name) => new Option(name, name, false, name === before)));
  show(true);
}

$("login").addEventListener("submit", async (event) => {
  event.preventDefault();
  const token = $("token").value.trim();
  const asked = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ token }) };
  const reply = await fetch("/login", asked).catch(() => null);
  if (reply && reply.ok) {
    $("token").value = "";
    complain("");
    return enter();
  }
  complain(reply ? (reply.status === 401 ? texts.wrong : (await reply.json()).msg) : texts.unreachable);
});

$("leave").addEventListener("click", async () => {
  if (stop) stop();
  await fetch("/logout", { method: "POST" }).catch(() => null);
  show(false);
});

// -- the conversation

function say(kind, who, text) {
  const item = document.createElement("li");
  item.className = kind;
  item.innerHTML = '<div class="who"></div><div class="said"></div>';
  item.querySelector(".who").textContent = who;
  const said = item.querySelector(".said");
  said.textContent = text;
  $("invitation").hidden = true;
  $("messages").append(item);
  item.scrollIntoView({ block: "end" });
  return { item, said };
}

function answerIn({ item, said }) {
  const main = $("talk");
  const kept = (change) => {
    const atEnd = main.scrollHeight - main.scrollTop - main.clientHeight < 60;
    change();
    if (atEnd) main.scrollTop = main.scrollHeight;
  };
  let thoughts = null;
  return {
    text: "",
    update(data) {
      this.text += data.content;
      kept(() => said.append(data.content));
    },
    reasoning(data) {
      if (!thoughts) {
        const details = document.createElement("details");
        details.innerHTML = "<summary></summary><div></div>";
        details.firstChild.textContent = texts.thoughts;
        thoughts = details.lastChild;
        said.before(details);
      }
      kept(() => thoughts.append(data.content));
    },
    error(data) {
      const fault = document.createElement("p");
      fault.className = "fault";
      fault.setAttribute("role", "alert");
      fault.textContent = [data.msg, data.hint].filter(Boolean).join(" ");
      kept(() => item.append(fault));
    },
    end() {
      item.classList.remove("coming");
      stop = null;
      $("send").textContent = texts.send;
    },
  };
}

function ask(question) {
  const talk = messages; // a new chat begins another one
  talk.push({ role: "user", content: question });
  say("asked", texts.you, question);
  const answer = answerIn(say("answered coming", $("model").value, ""));
  $("send").textContent = texts.stop;
  const asked = $("way").value === "events" ? byEvents(question, answer) : byFetch(answer);
  asked.catch((error) => error.name !== "AbortError" && answer.error({ msg: texts.cut })).finally(() => {
    if (answer.text) talk.push({ role: "assistant", content: answer.text });
    else talk.pop();
    answer.end();
  });
}

function byEvents(question, answer) {
  return new Promise((done, failed) => {
    const address = new URLSearchParams({ question, model: $("model").value });
    const source = new EventSource("/ai/streamChat?" + address);
    const over = (how) => (value) => { source.close(); how(value); };
    stop = over(done);
    source.addEventListener("update", (event) => answer.update(JSON.parse(event.data)));
    source.addEventListener("reasoning", (event) => answer.reasoning(JSON.parse(event.data)));
    source.addEventListener("end", over(done));
    source.addEventListener("error", (event) => {
      // the relay's own event of this name has data; the browser's, of a connection that ended, has none
      if (event.data) answer.error(JSON.parse(event.data));
      else over(failed)(new Error("cut"));
    });
  });
}

async function byFetch(answer) {
  const abort = new AbortController();
  stop = () => abort.abort();
  const reply = await fetch("/chat", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: $("model").value, messages }),
    signal: abort.signal,
  });
  if (reply.status === 401) return show(false);
  if (!reply.ok) return answer.error(await reply.json());
  let ended = false;
  for await (const [name, data] of events(reply.body)) {
    if (name === "end") ended = true;
    else if (answer[name] && data) answer[name](JSON.parse(data));
  }
  if (!ended) throw new Error("cut");
}

async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const fields = Object.fromEntries(block.split("\n").map((line) => line.split(/: ?(.*)/s)));
      if (fields.event) yield [fields.event, fields.data || ""];
    }
  }
}

// -- the keys

const field = $("question");
function fit() {
  field.style.height = "auto";
  field.style.height = field.scrollHeight + 2 + "px";
}
field.addEventListener("input", fit);
field.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    if (!stop) $("composer").requestSubmit();
  }
});
$("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  if (stop) return stop();
  const question = field.value.trim();
  if (!question) return;
  field.value = "";
  fit();
  ask(question);
});
$("fresh").addEventListener("click", () => {
  if (stop) stop();
  messages = [];
  $("messages").replaceChildren();
  $("invitation").hidden = false;
  field.focus();
});
$("model").addEventListener("change", () => localStorage.setItem("model", $("model").value));

enter();
