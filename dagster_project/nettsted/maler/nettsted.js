"use strict";
// Without this file the catalogue is whole, and the box that searches it is not shown.
(() => {
  const skjema = document.querySelector("form.filter");
  if (!skjema) return;
  const felt = skjema.querySelector("input");
  const treff = skjema.querySelector("[role=status]");
  const alle = [...document.querySelectorAll(".definisjon")].map((del) => [
    del, `${del.closest("section").querySelector("h2").textContent} ${del.textContent}`.toLowerCase(),
  ]);
  const grupper = [...document.querySelectorAll("main section")];
  function filtrer() {
    const ord = felt.value.toLowerCase().split(/\s+/).filter(Boolean);
    let antall = 0;
    for (const [del, tekst] of alle) {
      del.hidden = !ord.every((ett) => tekst.includes(ett));
      antall += !del.hidden;
    }
    grupper.forEach((gruppe) => { gruppe.hidden = !gruppe.querySelector(".definisjon:not([hidden])"); });
    treff.textContent = ord.length ? `${antall} av ${alle.length} passer` : "";
  }
  felt.addEventListener("input", filtrer);
  skjema.addEventListener("submit", (hendelse) => hendelse.preventDefault());
  // A link to what is filtered away shows everything again.
  window.addEventListener("hashchange", () => {
    if (!document.getElementById(decodeURIComponent(location.hash.slice(1)))?.closest("[hidden]")) return;
    felt.value = "";
    filtrer();
    document.getElementById(decodeURIComponent(location.hash.slice(1))).scrollIntoView();
  });
  skjema.hidden = false;
})();
