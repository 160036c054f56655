"use strict";
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
