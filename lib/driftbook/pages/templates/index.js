"use strict";
// Any two days: the page that compares them if there is one, else what makes it.
for (const box of document.querySelectorAll(".picker")) {
  const [first, second] = box.querySelectorAll("select"), made = box.querySelector(".made");
  second.append(...[...first.options].map(one => one.cloneNode(true)));
  second.selectedIndex = 1;
  const show = () => {
    const pages = [...box.querySelectorAll("a[data-days]")];
    const page = pages.find(one => one.dataset.days === `${first.value} ${second.value}`);
    const code = document.createElement("code");
    code.textContent = box.dataset.command.replace("DAY", first.value).replace("OTHER", second.value);
    if (first.value === second.value) made.replaceChildren("Choose two days.");
    else if (page) made.replaceChildren("It is there: ", page.cloneNode(true), ". To make it again: ", code);
    else made.replaceChildren("To make the page: ", code);
  };
  box.querySelector(".filter").hidden = false;
  for (const one of [first, second]) one.addEventListener("input", show);
  made.setAttribute("role", "status");
  show();
}
// Each list of runs: only the newest rows at first, and those that fit what is searched for.
for (const box of document.querySelectorAll(".runs")) {
  const rows = [...box.querySelectorAll("tbody tr")], search = box.querySelector("input");
  const selects = [...box.querySelectorAll("select")], count = box.querySelector(".count");
  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      const fits = words.every(word => text.includes(word))
        && selects.every(one => !one.value || row.dataset[one.dataset.key] === one.value);
      row.hidden = !fits;
      found += fits;
    }
    count.textContent = `${found} of ${rows.length}`;
  };
  box.querySelector(".filter").hidden = false;
  for (const one of [search, ...selects]) one.addEventListener("input", filter);
  filter();
}
