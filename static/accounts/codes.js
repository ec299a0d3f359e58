// What is shown once: downloaded, printed or copied without leaving the page.

const $ = (id) => document.getElementById(id);

function offer(id, act) {
  const button = $(id);
  if (!button) return;
  button.hidden = false;
  button.addEventListener("click", act);
}

function download() {
  const codes = [...$("codes").children].map((line) => line.textContent).join("\n");
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([`Akwaba : codes de secours\n\n${codes}\n`], { type: "text/plain" }));
  link.download = "akwaba-codes-de-secours.txt";
  link.click();
  URL.revokeObjectURL(link.href);
}

async function copy() {
  try {
    await navigator.clipboard.writeText($("link").textContent);
    $("copied").textContent = "Copié.";
  } catch {
    getSelection().selectAllChildren($("link"));
    $("copied").textContent = "Sélectionné : copiez avec Ctrl + C.";
  }
}

offer("download", download);
offer("print", () => print());
offer("copy", copy);
