// The account menu closes like every menu: by Escape, or by a click beside it.
const menu = document.querySelector("details.who");
addEventListener("click", (event) => { if (menu && !menu.contains(event.target)) menu.open = false; });
addEventListener("keydown", (event) => { if (event.key === "Escape" && menu?.open) { menu.open = false; menu.querySelector("summary").focus(); } });
