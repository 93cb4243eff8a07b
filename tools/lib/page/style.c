/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The style sheet. Blue and orange can be told apart with every common colour vision deficiency.
 * Each medium (light, dark, print) has a palette, whose contrasts test_page.c checks. gnuplot
 * writes colours as attributes, which the last rules map to the palette.
 */
#include "page/doc.h"

#define LIGHT                                                                                      \
    "--paper:#fcfcfa;--ink:#1c2126;--soft:#565f68;--rule:#dcdfe2;--band:#f1f3f1;"                  \
    "--right:0 114 178;--wrong:213 94 0;"                                                          \
    "--c1:#0072b2;--c2:#c65300;--c3:#00805f;--c4:#9b4a7e;--c5:#80661b;"                            \
    "--caution:#7d3600;--caution-paper:#fff4e6;--caution-rule:#c9731a;"                            \
    "--alarm:#9c1016;--alarm-paper:#fdecec;--alarm-rule:#c8262d"
#define DARK                                                                                       \
    "--paper:#14181b;--ink:#e4e7e9;--soft:#a3adb6;--rule:#343b41;--band:#1d2327;"                  \
    "--right:86 180 233;--wrong:222 124 34;"                                                       \
    "--c1:#62b8ec;--c2:#f0a04b;--c3:#45c9a0;--c4:#d990bd;--c5:#cdb45c;"                            \
    "--caution:#ffd3a1;--caution-paper:#2c2115;--caution-rule:#c9822f;"                            \
    "--alarm:#ffb9b5;--alarm-paper:#35191a;--alarm-rule:#e0585a"
#define PRINT                                                                                      \
    "--paper:#fff;--ink:#000;--soft:#444;--rule:#bbb;--band:#fff;"                                 \
    "--right:0 114 178;--wrong:213 94 0;"                                                          \
    "--c1:#0072b2;--c2:#c65300;--c3:#00805f;--c4:#9b4a7e;--c5:#80661b;"                            \
    "--caution:#000;--caution-paper:#fff;--caution-rule:#000;"                                     \
    "--alarm:#9c1016;--alarm-paper:#fff;--alarm-rule:#9c1016"

/* Maps a colour of plot.c, as gnuplot writes it, to a variable of the palette. */
#define PLOT_COLOUR(rgb, name)                                                                     \
    ".plot [stroke=\"" rgb "\"]{stroke:var(" name ")}.plot [color=\"" rgb "\"]{color:var(" name    \
    ")}.plot [fill=\"" rgb "\"]{fill:var(" name ")}\n"

const char page_style[] =
    ":root{color-scheme:light dark;" LIGHT "}\n"
    "@media (prefers-color-scheme:dark){:root{" DARK "}}\n"
    "*{box-sizing:border-box}\n"
    "html{-webkit-text-size-adjust:100%;scroll-padding-top:1rem}\n"
    "body{margin:0 auto;max-width:62rem;padding:2.5rem 1.5rem 2rem;background:var(--paper);"
    "color:var(--ink);font:16px/1.55 system-ui,-apple-system,\"Segoe UI\",Roboto,"
    "\"Helvetica Neue\",\"Noto Sans\",\"Liberation Sans\",\"DejaVu Sans\",sans-serif}\n"
    "h1{font-size:2.1rem;line-height:1.2;letter-spacing:-.015em;font-weight:650;margin:0 0 1.25rem;"
    "text-wrap:balance;overflow-wrap:anywhere}\n"
    "h2{font-size:1.3rem;line-height:1.3;letter-spacing:-.005em;font-weight:650;margin:0 0 .75rem;"
    "padding-top:1.25rem;border-top:1px solid var(--rule);overflow-wrap:anywhere}\n"
    "h3{font-size:1.05rem;line-height:1.35;font-weight:650;margin:1.5rem 0 .5rem}\n"
    "section{margin-top:2.25rem}\n"
    "p{margin:0 0 1rem;max-width:46rem}\n"
    "a{color:var(--c1)}\n"
    ":focus-visible{outline:2px solid var(--c1);outline-offset:2px}\n"
    ".lead{font-size:1.15rem;line-height:1.5;margin-bottom:.75rem}\n"
    ".note{color:var(--soft);font-size:.875rem}\n"
    ".kicker{color:var(--soft);font-size:.8125rem;letter-spacing:.04em;margin:0 0 .35rem}\n"
    /* warnings */
    ".warnings{border:1px solid var(--caution-rule);border-left-width:5px;border-radius:4px;"
    "background:var(--caution-paper);color:var(--caution);padding:.9rem 1.15rem;margin:0 0 "
    "1.75rem}\n"
    ".warnings.alarm{border-color:var(--alarm-rule);background:var(--alarm-paper);"
    "color:var(--ink)}\n"
    ".warnings h2{font-size:1rem;border:0;padding:0;margin:0 0 .35rem}\n"
    ".warnings ul{margin:0;padding-left:1.15rem}.warnings li{margin:.2rem 0;"
    "overflow-wrap:anywhere}\n"
    ".alarm h2,.alarm strong{color:var(--alarm)}.alarm strong{font-weight:650}\n"
    /* key metrics */
    ".stats{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:0;"
    "margin:1.25rem 0 0;border:1px solid var(--rule);border-radius:6px;overflow:hidden}\n"
    ".stats div{padding:.85rem 1.1rem;box-shadow:1px 1px 0 var(--rule)}\n"
    ".stats dt{color:var(--soft);font-size:.8125rem}\n"
    ".stats dd{margin:0}.stats .value{font-size:1.6rem;line-height:1.3;font-weight:600;"
    "letter-spacing:-.01em;font-variant-numeric:tabular-nums}\n"
    ".stats+.note{margin-top:.5rem}\n"
    ".stats .remark{color:var(--soft);font-size:.8125rem}\n"
    /* contents: below the key metrics, or beside the page if there is room */
    ".contents{margin-top:1.5rem;font-size:.875rem;line-height:1.4}\n"
    ".contents p{margin:0 0 .35rem;font-weight:600}\n"
    ".contents ol{list-style:none;margin:0;padding:0;columns:10rem;column-gap:1.5rem}\n"
    ".contents li{break-inside:avoid}\n"
    ".contents a{display:inline-block;padding:.28rem 0;text-decoration-color:var(--rule);"
    "text-underline-offset:.2em}\n"
    "@media screen and (min-width:84rem){body{max-width:64rem;padding-left:2rem;"
    "margin-left:max(17rem,calc(50vw - 30rem))}"
    ".contents{position:fixed;top:2.5rem;left:max(1.5rem,calc(50vw - 44.5rem));width:13rem;"
    "max-height:calc(100vh - 4rem);overflow-y:auto;margin:0}.contents ol{columns:auto}}\n"
    /* tables */
    ".wide{overflow-x:auto;margin:0 0 1.25rem}\n"
    "table{border-collapse:collapse;min-width:min(34rem,100%);font-size:.9375rem;line-height:1.4;"
    "font-variant-numeric:tabular-nums lining-nums}\n"
    "caption,.caption{text-align:left;color:var(--soft);font-size:.875rem;padding:0 0 .5rem}\n"
    "caption{max-width:46rem}.caption{margin:0}\n"
    "th,td{padding:.42rem .75rem;text-align:left;vertical-align:baseline}\n"
    "th:first-child,td:first-child{padding-left:.15rem}\n"
    "thead th{font-weight:600;font-size:.8125rem;color:var(--soft);border-bottom:1.5px solid "
    "var(--soft);vertical-align:bottom}\n"
    "tbody th{font-weight:500;overflow-wrap:break-word;max-width:26rem}.code{max-width:40rem}\n"
    "tbody td,tbody th{border-bottom:1px solid var(--rule)}\n"
    "tbody.sum tr:first-child>*{border-top:2px solid var(--soft)}\n"
    "th.num,td.num{text-align:right}td.num,td.pair span{white-space:nowrap}"
    "td.pair{white-space:normal}\n"
    "code{font:.84em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,\"Liberation Mono\","
    "\"DejaVu Sans Mono\",monospace;overflow-wrap:anywhere}\n"
    "td.code{min-width:12rem}\n"
    "tr:has(td.picture)>*{vertical-align:middle}\n"
    "td.picture img{display:block;width:auto;height:7rem;border-radius:3px}\n"
    /* confusion matrix */
    "table.matrix th{border:0;vertical-align:middle}"
    "table.matrix thead th+th{text-align:center}\n"
    "td.shade{text-align:center;min-width:7.5rem;padding:.8rem 1rem;border:2px solid var(--paper);"
    "font-size:1.15rem;font-weight:600}\n"
    "td.shade small{display:block;font-size:.8125rem;font-weight:400}\n"
    ".right{background:rgb(var(--right)/calc(.06 + .44*var(--s)))}\n"
    ".wrong{background:rgb(var(--wrong)/calc(.06 + .5*var(--s)))}\n"
    /* folds */
    "details{border:1px solid var(--rule);border-radius:4px;padding:0 1rem;margin:0 0 .75rem}\n"
    "details[open]{padding-bottom:.25rem}\n"
    "summary{cursor:pointer;padding:.6rem 0;font-size:.9375rem;font-weight:500}\n"
    /* figures and pictures */
    ".figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(26rem,100%),1fr));"
    "gap:1.5rem 2rem;margin:0 0 1.25rem}\n"
    "figure{margin:0}figcaption{font-weight:600;font-size:.9375rem;margin:0 0 .4rem}\n"
    "figure p{margin:.4rem 0 0}\n"
    ".gallery{list-style:none;margin:0 0 1.25rem;padding:0;display:grid;gap:1rem;"
    "grid-template-columns:repeat(auto-fill,minmax(min(13rem,100%),1fr))}\n"
    ".gallery img{display:block;width:100%;height:auto;border-radius:3px}\n"
    ".gallery figcaption{font-weight:400;font-size:.8125rem;line-height:1.45;margin:.4rem 0 0;"
    "overflow-wrap:anywhere}\n"
    ".plot{display:block;width:100%;max-width:29rem;height:auto;color:var(--ink)}\n"
    ".plot text,.plot tspan{font-family:inherit}\n"
    "footer{margin-top:3rem;padding-top:1rem;border-top:1px solid var(--rule);color:var(--soft);"
    "font-size:.8125rem}\n"
    /* print: always light, folds open, no element split between pages */
    "@page{margin:15mm}\n"
    "@media print{:root{color-scheme:light;" PRINT "}body{font-size:10pt;line-height:1.4;"
    "max-width:none;margin:0;padding:0}.contents{display:none}"
    "section{margin-top:1.25rem}figure,tr,li,.warnings,.stats,.matrix{break-inside:avoid}"
    "h1,h2,h3,caption,.caption,summary{break-after:avoid}thead{display:table-header-group}"
    ".wide{overflow:visible}table{font-size:8.5pt;min-width:0}td.code{min-width:0}"
    "details{border:0;padding:0}details::details-content{content-visibility:visible;"
    "display:block;height:auto}summary{list-style:none}"
    ".figures{grid-template-columns:1fr 1fr}.gallery{grid-template-columns:repeat(4,1fr)}"
    ".right,.wrong,.gallery img{print-color-adjust:exact;-webkit-print-color-adjust:exact}}\n"
    /* gnuplot's colours */
    ".plot [stroke=\"black\"],.plot [stroke=\"rgb(  0,   0,   0)\"]{stroke:var(--soft)}\n"
    ".plot [fill=\"black\"],.plot [fill=\"rgb(  0,   0,   0)\"]{fill:var(--ink)}\n"
    ".plot [color=\"black\"]{color:var(--ink)}.plot [color=\"white\"]{color:var(--paper)}\n"
    ".plot [stroke=\"rgb(221, 221, 221)\"]{stroke:var(--rule)}\n" PLOT_COLOUR("rgb(  0, 114, 178)",
                                                                              "--c1")
        PLOT_COLOUR("rgb(213,  94,   0)", "--c2") PLOT_COLOUR("rgb(  0, 158, 115)", "--c3")
            PLOT_COLOUR("rgb(204, 121, 167)", "--c4") PLOT_COLOUR("rgb(230, 159,   0)", "--c5");
