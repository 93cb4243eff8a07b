/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs in the page and returns a list of what is wrong with it. */
(() => {
    const wrong = [];
    const all = (selector, root = document) => [...root.querySelectorAll(selector)];
    const name = e => `<${e.tagName.toLowerCase()} class="${e.getAttribute("class") || ""}"> '${
        e.textContent.trim().replace(/\s+/g, " ").slice(0, 40)}'`;
    const expect = (right, text) => right || wrong.push(text);

    /* ---- structure ---- */
    expect(document.documentElement.lang === "en", "the language is not stated");
    expect(all("h1").length === 1, "expected one h1");
    for (const tag of ["body > header", "main", "body > footer"])
        expect(all(tag).length === 1, `expected one ${tag}`);
    let level = 0;
    for (const h of all("h1,h2,h3,h4,h5,h6")) {
        expect(+h.tagName[1] <= level + 1, `a heading is out of order: ${name(h)}`);
        level = +h.tagName[1];
    }
    const ids = all("[id]").map(e => e.id);
    expect(new Set(ids).size === ids.length, "an id appears twice");
    for (const a of all("a[href^='#']"))
        expect(document.getElementById(a.getAttribute("href").slice(1)), `nothing at ${name(a)}`);
    for (const attribute of ["aria-labelledby", "aria-describedby"])
        for (const e of all(`[${attribute}]`))
            expect(document.getElementById(e.getAttribute(attribute)), `no label for ${name(e)}`);
    for (const t of all("table")) {
        expect(t.caption?.textContent.trim(), `a table has no caption: ${name(t)}`);
        expect(all("thead th[scope=col]", t).length, `a table has no heads: ${name(t)}`);
        expect(all("tbody tr", t).every(r => r.querySelector("th[scope=row]")),
               `a row has no head: ${name(t)}`);
        expect(all("th", t).every(h => h.textContent.trim()), `a head is empty: ${name(t)}`);
    }
    for (const i of all("img"))
        expect(i.alt.trim() && i.naturalWidth, `an image has no text or was not decoded: ${i.alt}`);
    for (const s of all("svg"))
        expect(s.closest("[role=img][aria-labelledby]"), "a figure has no label");

    /* ---- nothing is cut off ---- */
    const over = document.documentElement.scrollWidth - innerWidth;
    expect(over <= 0, `the page is ${over} pixels wider than the screen`);

    /* ---- contrast: WCAG 2, from the colours that are really shown ---- */
    const context = Object.assign(document.createElement("canvas"), {width: 1, height: 1})
                        .getContext("2d", {willReadFrequently: true});
    const rgba = colour => {
        context.clearRect(0, 0, 1, 1);
        context.fillStyle = colour;
        context.fillRect(0, 0, 1, 1);
        const [r, g, b, a] = context.getImageData(0, 0, 1, 1).data;
        return [r, g, b, a / 255];
    };
    const over_paper = (c, paper) => [0, 1, 2].map(i => c[i] * c[3] + paper[i] * (1 - c[3]));
    const paper = e => {
        if (!e)
            return [255, 255, 255];
        const c = rgba(getComputedStyle(e).backgroundColor);
        return c[3] === 1 ? c : over_paper(c, paper(e.parentElement));
    };
    const luminance = c => {
        const [r, g, b] = c.slice(0, 3).map(v => v / 255).map(
            v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const contrast = (a, b) => {
        const [x, y] = [luminance(a), luminance(b)].sort((p, q) => q - p);
        return (x + 0.05) / (y + 0.05);
    };
    let least = Infinity, texts = 0;
    const check = (e, colour, needed) => {
        const below = paper(e);
        const c = contrast(over_paper(rgba(colour), below), below);
        least = Math.min(least, c);
        expect(c >= needed, `contrast ${c.toFixed(2)}, expected ${needed}: ${name(e)}`);
    };
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node; (node = walk.nextNode());) {
        const e = node.parentElement;
        if (!node.textContent.trim() || e.closest("svg title, svg desc") || !e.checkVisibility())
            continue;
        const style = getComputedStyle(e), size = parseFloat(style.fontSize);
        const large = size >= 24 || (size >= 18.66 && +style.fontWeight >= 700);
        texts++;
        check(e, e.closest("svg") ? style.fill : style.color, large ? 3 : 4.5);
    }
    for (const line of all("svg g[id*=plot_] path[stroke]:not(.gridline), svg g[id*=plot_] use[color]:not([color=white])"))
        if (line.checkVisibility()) /* lines and points, not the grid */
            check(line, getComputedStyle(line)[line.tagName === "use" ? "color" : "stroke"], 3);
    return {wrong: [...new Set(wrong)], texts, least};
})();
