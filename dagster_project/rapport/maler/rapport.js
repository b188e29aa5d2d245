"use strict";
// Without this file every table and definition can still be read.
(() => {
  const bak = [...document.querySelectorAll("details.bak")];
  bak.forEach((del) => { del.open = false; });
  const smalt = window.matchMedia("(max-width: 60rem)");
  const innhold = document.querySelector("nav.innhold details");
  const tilpass = () => { if (innhold) innhold.open = !smalt.matches; };
  smalt.addEventListener("change", tilpass);
  tilpass();

  // What a link leads to is unfolded, with everything it lies in.
  function vis(id) {
    const maal = id && document.getElementById(id);
    if (!maal) return;
    for (let del = maal.closest("details"); del; del = del.parentElement.closest("details")) del.open = true;
    maal.scrollIntoView();
  }
  const fraAdressen = () => vis(decodeURIComponent(location.hash.slice(1)));
  window.addEventListener("hashchange", fraAdressen);
  document.addEventListener("click", (hendelse) => {
    const lenke = hendelse.target.closest("a[href^='#']");
    if (lenke) vis(decodeURIComponent(lenke.hash.slice(1)));
  });
  fraAdressen();

  // On paper long tables are open; the style leaves out tables behind pictures, and definitions nobody opened.
  let apnet = [];
  window.addEventListener("beforeprint", () => {
    apnet = [...document.querySelectorAll("main details.bak:not([open])")];
    apnet.forEach((del) => { del.open = true; });
  });
  window.addEventListener("afterprint", () => apnet.forEach((del) => { del.open = false; }));
})();

async function tegnFigurer() {
  const spraak = JSON.parse(document.getElementById("tallspraak").textContent);
  for (const plass of document.querySelectorAll("[data-figur]")) {
    const spesifikasjon = JSON.parse(document.getElementById(plass.dataset.figur).textContent);
    await vegaEmbed(plass, spesifikasjon, { renderer: "svg", actions: false, tooltip: { theme: "stonad" }, ...spraak });
    plass.parentElement.style.minHeight = "";
  }
  document.documentElement.dataset.figurer = "tegnet";
}
