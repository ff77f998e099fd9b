import type { Vantage } from "../../course/reachability";
import type { VerifyReport, VerifyRow } from "../../operations/verify/report";
import { escapeText, renderPicture } from "./picture";
import { type CauseGroup, CELL_SIGNS, causeGroups, matrixOf, vantageHeading } from "./summary";
import { type Language, TEXTS, type Texts } from "./texts";

const STYLE = `
:root{color-scheme:light dark;--ink:#1b1f24;--paper:#fff;--soft:#f3f5f7;--line:#c9d0d8;--good:#116329;--bad:#b3151f;--open:#7a4b00}
@media (prefers-color-scheme:dark){:root{--ink:#e8ecf0;--paper:#14181d;--soft:#1f252c;--line:#46505c;--good:#5fd17f;--bad:#ff8a8a;--open:#f0b849}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:1.125rem/1.5 system-ui,"Noto Sans JP","Hiragino Sans","Yu Gothic UI",sans-serif}
main{max-width:76rem;margin:0 auto;padding:1.5rem}
h1{font-size:1.1rem;font-weight:600;margin:0}
.result{font-size:clamp(1.8rem,5vw,3.4rem);line-height:1.2;font-weight:700;margin:.3rem 0 1rem;overflow-wrap:anywhere}
.result.good{color:var(--good)}.result.bad{color:var(--bad)}
.result small{display:block;font-size:clamp(1rem,2.4vw,1.5rem);font-weight:500;color:var(--ink)}
.partial{border:3px solid var(--open);border-radius:.5rem;padding:.7rem 1rem;font-weight:600}
section{border-top:1px solid var(--line);padding:1rem 0}
h2{font-size:1.5rem;margin:.2rem 0}h3{font-size:1.15rem;margin:1.2rem 0 .3rem}
.sign{font-weight:700}.good{color:var(--good)}.bad,.wrong{color:var(--bad)}.open,.unknown{color:var(--open)}
.wide{overflow-x:auto}
table{border-collapse:collapse;font-size:1rem}
th,td{border:1px solid var(--line);padding:.25rem .55rem;text-align:center}
th{font-weight:500;background:var(--soft)}tbody th{text-align:left;white-space:nowrap}
td.yes,td.no{color:var(--good)}td.wrong,td.unknown{font-weight:700;background:var(--soft)}
ul{padding-left:1.2rem;margin:.3rem 0}li{overflow-wrap:anywhere}
.cause{border-left:.4rem solid var(--bad);padding:.2rem 0 .2rem 1rem;margin:1rem 0}
.cause p{margin:.2rem 0}.cause h3{margin:0;overflow-wrap:anywhere}
code{font-size:.9em;overflow-wrap:anywhere}
details{margin:.5rem 0}summary{cursor:pointer;padding:.3rem 0}
svg{width:100%;max-width:45rem;height:auto;display:block;margin:1rem 0}
svg rect{fill:var(--soft);stroke:var(--line);stroke-width:1.5}
svg .wrong rect{stroke:var(--bad);stroke-width:3}svg .unknown rect{stroke:var(--open);stroke-width:3;stroke-dasharray:6 4}
svg text{fill:var(--ink);font-size:15px;text-anchor:middle}
svg path{fill:none;stroke-width:2.5}svg path.wrong{stroke:var(--bad)}svg path.unknown{stroke:var(--open);stroke-dasharray:3 5}
svg text.sign{font-size:20px;font-weight:700;paint-order:stroke;stroke:var(--paper);stroke-width:5px}svg text.sign.wrong{fill:var(--bad)}svg text.sign.unknown{fill:var(--open)}
footer{color:inherit;opacity:.85;font-size:.95rem;padding:1rem 0}
@media (max-width:40rem){main{padding:1rem}}
`;

type Team = VerifyReport["teams"][number];

const isGood = (row: VerifyRow): boolean => row.outcome === "as-expected";

class Page {
  private readonly t: Texts;

  constructor(
    private readonly report: VerifyReport,
    private readonly language: Language,
  ) {
    this.t = TEXTS[language];
  }

  private readonly words = (vantage: Vantage): string =>
    vantage.kind === "guest" ? vantageHeading(vantage) : this.t.vantage[vantage.kind];

  private heading(key: string): string {
    return key === "host" || key === "client" || key === "internet" ? this.t.vantage[key] : key;
  }

  private name(team: Team): string {
    return team.label === team.id ? team.id : `${team.id} ${team.label}`;
  }

  private rowsOf(team: Team): VerifyRow[] {
    return this.report.rows.filter((row) => row.team === team.id);
  }

  private item(row: VerifyRow, alone: boolean): string {
    const seen = alone ? `<br><span lang="en">${escapeText(row.measured)}</span>` : "";
    return `<li>${escapeText(this.t.row(row, this.words))}${seen}</li>`;
  }

  private group({ cause, rows, measured }: CauseGroup): string {
    const { what, next } = this.t.cause[cause];
    const items = rows.map((row) => this.item(row, measured === undefined));
    const shown = items.slice(0, 8).join("");
    const rest =
      items.length > 8
        ? `<details><summary>+ ${items.length - 8}</summary><ul>${items.slice(8).join("")}</ul></details>`
        : "";
    return `<div class="cause"><h3>${escapeText(what)} <code>${cause}</code></h3>${measured === undefined ? "" : `<p lang="en">${escapeText(measured)}</p>`}<p>${escapeText(this.t.next)}: ${escapeText(next)}</p><ul>${shown}</ul>${rest}</div>`;
  }

  private matrix(team: Team): string {
    const { columns, lines } = matrixOf(this.report.rows, team.id);
    if (columns.length === 0) return "";
    const [yes, no, wrong, unknown] = this.t.legend;
    const names = { yes, no, wrong, unknown };
    const head = columns.map((name) => `<th scope="col">${escapeText(this.heading(name))}</th>`).join("");
    const body = lines
      .map(
        ({ from, cells }) =>
          `<tr><th scope="row">${escapeText(this.heading(from))}</th>${cells
            .map((cell) =>
              cell
                ? `<td class="${cell}"><span title="${escapeText(names[cell])}">${CELL_SIGNS[cell]}</span></td>`
                : "<td></td>",
            )
            .join("")}</tr>`,
      )
      .join("");
    const legend = `✓ ${yes} · – ${no} · ✗ ${wrong} · ? ${unknown}`;
    return `<h3>${escapeText(this.t.matrix)}</h3><div class="wide" tabindex="0" role="region" aria-label="${escapeText(`${this.t.matrix}: ${team.id}`)}"><table><thead><tr><th scope="col">${escapeText(`${this.t.from} \\ ${this.t.to}`)}</th>${head}</tr></thead><tbody>${body}</tbody></table></div><p>${escapeText(legend)}</p>`;
  }

  private checks(team: Team): string {
    const rows = this.rowsOf(team);
    return `<details><summary>${escapeText(this.t.allChecks(rows.length))}</summary><ul>${rows
      .map(
        (row) =>
          `<li><span class="sign ${isGood(row) ? "good" : "bad"}">${isGood(row) ? "✓" : row.outcome === "not-measured" ? "?" : "✗"}</span> ${escapeText(this.t.row(row, this.words))} — <span lang="en">${escapeText(row.measured)}</span> (${escapeText(this.t.rule)}: ${escapeText(row.rule)})</li>`,
      )
      .join("")}</ul></details>`;
  }

  private team(team: Team): string {
    const counts = escapeText(
      this.t.counts(team.counts["as-expected"], team.counts["not-as-expected"], team.counts["not-measured"]),
    );
    const picture = renderPicture(this.report.rows, team.id, this.t.picture(team.id), (key) =>
      this.heading(key),
    );
    if (team.ok)
      return `<section><h2><span class="sign good">✓</span> ${escapeText(this.name(team))}</h2><p>${counts}</p><details><summary>${escapeText(this.t.matrix)}</summary>${this.matrix(team)}</details>${this.checks(team)}</section>`;
    const groups = causeGroups(this.rowsOf(team));
    return `<section><h2><span class="sign bad">✗</span> ${escapeText(this.name(team))}</h2><p>${counts}</p>${groups.map((group) => this.group(group)).join("")}${picture}${this.matrix(team)}${this.checks(team)}</section>`;
  }

  private list(title: string, items: readonly string[]): string {
    if (items.length === 0) return "";
    return `<section><h2>${escapeText(title)}</h2><ul>${items.map((item) => `<li>${escapeText(item)}</li>`).join("")}</ul></section>`;
  }

  render(): string {
    const { report, t } = this;
    const red = report.teams.filter((team) => !team.ok);
    const causes = red.map((team) => {
      const [first] = causeGroups(this.rowsOf(team));
      return `${this.name(team)}: ${first ? t.cause[first.cause].what : "?"}`;
    });
    const green = report.teams.length - red.length;
    const when = report.started.replace("T", " ").replace(/\.\d+Z$/, " UTC");
    return `<!doctype html>
<html lang="${this.language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeText(`${t.title(report.lab)}: ${t.green(green, report.teams.length)}`)}</title><style>${STYLE}</style></head>
<body><main><h1>${escapeText(t.title(report.lab))}</h1>
<p class="result ${report.ok ? "good" : "bad"}">${escapeText(t.green(green, report.teams.length))}${causes.map((cause) => `<small>${escapeText(cause)}</small>`).join("")}</p>
${report.partial ? `<p class="partial">${escapeText(t.partial)}</p>` : ""}
${[...red, ...report.teams.filter((team) => team.ok)].map((team) => this.team(team)).join("\n")}
${this.list(
  t.notes,
  report.notes.map(({ mode, note }) => `${mode}: ${note}`),
)}
${this.list(
  t.extras,
  report.extras.map(({ team, guest, what }) => `${team}/${guest}: ${what}`),
)}
<footer>${escapeText(t.measuredAt(when, report.seconds.toFixed(1), report.rows.length))}</footer></main></body></html>
`;
  }
}

/** The report as one self-contained page for the instructor's screen: nothing is loaded from anywhere. */
export function renderVerifyPage(report: VerifyReport, language: Language): string {
  return new Page(report, language).render();
}
