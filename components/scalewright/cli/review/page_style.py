"""How the page of a review looks: on paper, on a light screen and on a dark one. Classes of graphs are other names."""

from __future__ import annotations

from scalewright.plan.svg_style import DARK, FONT, LIGHT

_SHAPES = """
:root{color-scheme:light dark}
*{box-sizing:border-box}
body{margin:0 auto;padding:24px 16px 64px;max-width:1200px;line-height:1.5;overflow-wrap:anywhere}
h1{font-size:24px;margin:0 0 8px}h2{font-size:20px;margin:40px 0 8px;padding-top:16px;border-top:1px solid}
h3{font-size:16px;margin:24px 0 8px}
p{margin:8px 0}ul{padding-left:20px}li{margin:6px 0}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:13px}
pre{white-space:pre-wrap;margin:4px 0;padding:8px 12px;border-radius:6px}
.wide{overflow-x:auto}
table{border-collapse:collapse;margin:8px 0}
th,td{text-align:left;vertical-align:top;padding:5px 12px 5px 0;border-bottom:1px solid}
th{font-weight:600}.number{text-align:right;white-space:nowrap}
del,ins{display:block;text-decoration:none;white-space:pre-wrap;padding:1px 8px 1px 16px;text-indent:-16px}
del::before,ins::before{content:"-";display:inline-block;width:16px;text-indent:0}ins::before{content:"+"}
summary{cursor:pointer;padding:3px 0}.inner{margin:0 0 8px 18px}.inner>div{padding-left:16px}
.verdict{padding:12px 16px;border:1px solid;border-left-width:6px;border-radius:6px;font-weight:600}
.tag{border:1px solid;border-radius:10px;padding:0 8px;font-size:12px;white-space:nowrap}
.why{font-size:14px}.graph svg{height:auto;max-width:100%}
@media print{details::details-content{content-visibility:visible;block-size:auto}}
"""
#: Colors of what stops a change, of what is removed or grave, of what is added or fine, and of what is behind them.
_COLORS = {
    "light": {
        "bad": "#b3261e",
        "bad-ground": "#ffebe9",
        "good": "#1a7f37",
        "good-ground": "#e2f6e6",
        "ground": "#f6f8fa",
    },
    "dark": {
        "bad": "#ff8f86",
        "bad-ground": "#3a1517",
        "good": "#56d364",
        "good-ground": "#0f2a17",
        "ground": "#161b22",
    },
}


def css() -> str:
    """Return the style sheet of the page."""
    rules = (
        "body{background:var(--page);color:var(--text)}h2,th,td{border-color:var(--rule)}\n"
        "pre{background:var(--ground)}a{color:inherit}.why,th{color:var(--soft)}\n"
        "del{background:var(--bad-ground)}ins{background:var(--good-ground)}\n"
        ".bad{color:var(--bad)}.good{color:var(--good)}"
        ".verdict.bad{background:var(--bad-ground)}.verdict.good{background:var(--good-ground)}\n"
    )
    light, dark = (_variables(name) for name in ("light", "dark"))
    colors = f":root{{{light}}}\n@media (prefers-color-scheme:dark){{:root{{{dark}}}}}\n"
    return f"body{{font-family:{FONT}}}{_SHAPES}{colors}{rules}"


def _variables(name: str) -> str:
    palette = LIGHT if name == "light" else DARK
    colors = {
        "page": palette.ground,
        "text": palette.text,
        "soft": palette.quiet,
        "rule": palette.line,
        **_COLORS[name],
    }
    return ";".join(f"--{key}:{value}" for key, value in colors.items())
