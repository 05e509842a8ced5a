"""What models write, and what is said and shown for it, in English and in German."""

from __future__ import annotations

BOTH: dict[str, str] = {
    # words, code and products that only look like markup
    "`2**10 = 1024`, `x**2`, pa**word and 2**10": "2**10 = 1024, x**2, pa**word and 2**10",
    "snake_case, __init__.py, __main__, 5*3*2, a*b*c and 2 * 3 ** 4": (
        "snake_case, __init__.py, __main__, 5*3*2, a*b*c and 2 * 3 ** 4"
    ),
    "**2*3 = 6**, *5 > 3*, f(**kwargs), *.txt, Name*": "2*3 = 6, 5 > 3, f(**kwargs), *.txt, Name*",
    "Card **** **** **** 1234": "Card **** **** **** 1234",
    "Code: ______": "Code: ______",
    "C:\\Users\\new\\text, \\\\srv\\share, D:\\a_b_c": "C:\\Users\\new\\text, \\\\srv\\share, D:\\a_b_c",
    "a < b > c, <3, a<b, List<String>, <your name>": "a < b > c, <3, a<b, List<String>, <your name>",
    "AT&T, R&D, a && b; x == y": "AT&T, R&D, a && b; x == y",
    "Costs $5 and $10, US$5, $20/Monat, $5-$10.": "Costs $5 and $10, US$5, $20/Monat, $5-$10.",
    "$$ · Italian, $$$ and $$ cheap": "$$ · Italian, $$$ and $$ cheap",
    "#5, -5, +49 30, >5, >= 3": "#5, -5, +49 30, >5, >= 3",
    "it's 5 o'clock; „Ja“ – so": "it's 5 o'clock; „Ja“ – so",
    # emphasis
    "**Bold**, *it*, ***both***, __strong__, _thin_, ==new==.": "Bold, it, both, strong, thin, new.",
    "**Titel:**Wert, **Fenster**titel, 这是**重点**内容": "Titel:Wert, Fenstertitel, 这是重点内容",
    "Das hier **geht schon\nüber zwei** Zeilen": "Das hier geht schon über zwei Zeilen",
    "**Nicht geschlossen": "Nicht geschlossen",
    "Ende**": "Ende",
    "\\*kein\\* \\_Kursiv\\_ 5 \\% \\# \\[x\\]": "*kein* _Kursiv_ 5 % # [x]",
    # lines
    "# Musik\nText\n## Zwei ##\n**Fett**\nMehr": "Musik\nText\nZwei\nFett\nMehr",
    "Titel\n=====\nText\n-----\nMehr\n***\nEnde": "Titel\nText\nMehr\nEnde",
    "- Save\n* Open\n+ Close\n• Quit\n1. One\n2) Two": "Save\nOpen\nClose\nQuit\n1. One\n2) Two",
    "- 5 °C": "-5 °C",
    "- 5\n- 6\n- 7": "5\n6\n7",
    "- A\n- 5\n- 6": "A\n5\n6",
    "90^\\circ, \\emph{y}": "90°, y",
    "- 12,50 €": "-12,50 €",
    "+ 5 %": "+5 %",
    "– 3 kg": "–3 kg",
    "> 5 kg": "> 5 kg",
    "- 8:30 Kaffee\n- 3. Tag\n- 2024 neu\n* 5 Dinge": "8:30 Kaffee\n3. Tag\n2024 neu\n5 Dinge",
    "> This quote here\n> goes on.\n>> Deeper": "This quote here goes on.\nDeeper",
    "```python\nx = a**2  # *no*\nprint(x)\n```\nEnde": "x = a**2 # *no*\nprint(x)\nEnde",
    "~~~\n| a |\n~~~": "| a |",
    "```\nnever closed": "never closed",
    "```Save``` and ``a`b``": "Save and a`b",
    # links and addresses
    "[the page](https://a.b/c_d) and ![a cat](cat.png)": "the page and a cat",
    "[**Titel**](x 'y'), [Text][1], [^1] und [OK]\n\n[1]: https://a.b": "Titel, Text, und [OK]",
    "[![Logo](l.png)](https://a.b)": "Logo",
    "me@a.de, <you@b.de>, example.com": "me@a.de, you@b.de, example.com",
    # HTML
    "AT&amp;T &lt;5 &quot;x&quot; &#169; &nbsp;&euro;5": 'AT&T <5 "x" © €5',
    "A<!-- hidden\nlines -->B<br>C<br/>D": "AB\nC\nD",
    "<html><head><style>p { color: red }</style></head><body><p>Hi</p><p>Du</p></body></html>": "Hi\nDu",
    "<script>if (a < b) {}</script>Text": "Text",
    "Das <script>-Tag und </script>. The <title> element; '<br>'": "Das script-Tag und script. The title element; 'br'",
    "A <style> that is never closed. More.": "A style that is never closed. More.",
    "A <!-- that is never closed.\nMore.": "A that is never closed.\nMore.",
    '<p class="x never closed.\nMore.': "x never closed.\nMore.",
    "/^<[^>]+>$/ and A[^1]": "/^<[^>]+>$/ and A",
    "<kbd>Ctrl</kbd>+<kbd>C</kbd>, <b>fett</b>, <span class='x'>y</span>": "Ctrl+C, fett, y",
    "<ul><li>A</li><li>B</li></ul><ol start='3'><li>C</li></ol>": "A\nB\n3. C",
    "```html\n<h1>Titel</h1>\n<p>Text</p>\n```": "Titel\nText",
    "<img src='data:image/png;base64,AA' alt='Katze'>": "Katze",
    "H<sub>2</sub>O, 1<sup>st</sup>, 5 m<sup>2</sup>": "H2O, 1st, 5 m²",
    "Hi</think><tool_call>": "Hi",
    # signs
    "🚀 Los! 🎉 **Fertig** 👍🏽.": "Los! Fertig.",
    "✅ Gespeichert": "Gespeichert",
    "1️⃣ Erstens\n2️⃣ Zweitens": "1 Erstens\n2 Zweitens",
    "👍 12 👎 3, ☀️ 25 °C, 📞 030 123": "👍 12 👎 3, ☀️ 25 °C, 📞 030 123",
    "Fortschritt: ●●●○○": "Fortschritt: ●●●○○",
    "<s>Hallo, </del>du": "Hallo, du",
    "Status: 🟢": "Status: 🟢",
    "A♠ 10♦, I ❤️ NY, 4.5 ⭐ (8)": "A♠ 10♦, I ❤️ NY, 4.5 ⭐ (8)",
    "🎉 5 new\n🔹 12:30": "5 new\n12:30",
    'Er schrieb "👍".': 'Er schrieb "👍".',
    "File → Save, A -> B": "File, Save, A, B",
    "© ™ ° § € ½ µ": "© ™ ° § € ½ µ",
    "→ Weiter": "Weiter",
    # tables
    "| Tag | Dienstag |\n|---|---|\n| 8 Uhr | Mathe |\n| 9 Uhr | Bio |": (
        "Tag: 8 Uhr; Dienstag: Mathe\nTag: 9 Uhr; Dienstag: Bio"
    ),
    "Name | Size\n:---|---:\na | 1\nb | 2\n\nEnde": "Name, Size\nName: a; Size: 1\nName: b; Size: 2\n\nEnde",
    "| A | B |\n|---|---|\n\nEnde": "A, B\n\nEnde",
    "<table><tr><th>A</th><th>B</th></tr></table>": "A, B",
    "| Obst |\n|---|\n| Apfel |\n| Birne |": "Obst\nApfel\nBirne",
    "| a | b |\n| c | d |": "a, b\nc, d",
    "| | |\n|---|---|\n| Größe | 5 |": "Größe: 5",
    "| A | B |\n|---|---|\n| `x\\|y` | [z](u) **f** |": "A: x|y; B: z f",
    "+---+---+\n| a | b |\n+===+===+\n| 1 | 2 |\n+---+---+": "a: 1; b: 2",
    "│ a │ b │\n├───┼───┤\n│ 1 │ 2 │": "a: 1; b: 2",
    "Start | Hilfe | Kontakt": "Start, Hilfe, Kontakt",
    "<table><tr><th>Tag</th><th>Di</th></tr><tr><td>8</td><td>Mathe</td></tr></table>Ende": "Tag: 8; Di: Mathe\nEnde",
    # pages
    "The city an-\nnounced a park\nfor all of its people.": "The city announced a park for all of its people.",
    "Die Stadt hat an-\ngekündigt, dass ein Park für alle\ngebaut wird.": (
        "Die Stadt hat angekündigt, dass ein Park für alle gebaut wird."
    ),
    "Jean-\nPaul, Haupt-\nund Nebenstraßen, e-\nmail": "Jean-Paul, Haupt- und Nebenstraßen, e-mail",
    "File\nEdit\nView": "File\nEdit\nView",
    "Erika Musterfrau\nHauptstr. 5\n80331 München\nTel.: 089 12": (
        "Erika Musterfrau\nHauptstr. 5\n80331 München\nTel.: 089 12"
    ),
    "Wer reitet so spät durch Nacht und Wind?\nEs ist der Vater mit seinem Kind;": (
        "Wer reitet so spät durch Nacht und Wind?\nEs ist der Vater mit seinem Kind;"
    ),
    # around the answer
    "Of course. Here is a detailed description of the image.\n\nA dialog.": "A dialog.",
    "Natürlich! Hier ist eine ausführliche Beschreibung des Bildes:\n\nEin Dialog.": "Ein Dialog.",
    "The image contains the following text:\n\nSale": "Sale",
    "Das Bild enthält den folgenden Text:\n\nHallo": "Hallo",
    "**Bildbeschreibung:**\n\nEin Dialog.": "Ein Dialog.",
    "A dialog. Let me know if you need anything else!": "A dialog.",
    "Ein Dialog. Kann ich sonst noch etwas für Sie tun?": "Ein Dialog.",
}
"""The same in both languages."""

WORDED: dict[str, tuple[str, str]] = {
    "10<sup>-3</sup>": ("10 to the minus 3", "10 hoch minus 3"),
    "10⁻³ und 10^6": ("10 to the minus 3 und 10 to the 6", "10 hoch minus 3 und 10 hoch 6"),
    "x², $y^3$": ("x squared, y cubed", "x hoch 2, y hoch 3"),
    "\\boxed{5.8}": ("5.8", "5.8"),
    "$\\frac{a}{b} \\leq 5$": ("a over b, at most 5", "a durch b, höchstens 5"),
    "\\frac{a}{b} \\leq 5": ("a over b, at most 5", "a durch b, höchstens 5"),
    "\\(x\\) \\[y = 2\\]": ("x y equals 2", "x y gleich 2"),
    "See https://en.wikipedia.org/wiki/A_(b).": ("See link to en.wikipedia.org.", "See Link zu en.wikipedia.org."),
    "<https://a.de/x?y=z>, www.b.de/c": ("link to a.de, link to b.de", "Link zu a.de, Link zu b.de"),
    "☑ Merken\n☐ Bleiben\n- [x] Milch\n- [ ] Brot": (
        "ticked: Merken\nnot ticked: Bleiben\nticked: Milch\nnot ticked: Brot",
        "angekreuzt: Merken\nnicht angekreuzt: Bleiben\nangekreuzt: Milch\nnicht angekreuzt: Brot",
    ),
    "Merken [x]\n1. [ ] Brot": ("Merken: ticked\n1. not ticked: Brot", "Merken: angekreuzt\n1. nicht angekreuzt: Brot"),
    "Optionen: [x] A [ ] B": ("Optionen: ticked: A; not ticked: B", "Optionen: angekreuzt: A; nicht angekreuzt: B"),
    "Ich sehe ☑ A und ☐ B": (
        "Ich sehe; ticked: A und; not ticked: B",
        "Ich sehe; angekreuzt: A und; nicht angekreuzt: B",
    ),
    "Milch [x] Brot [ ]\n[x]": (
        "Milch: ticked, Brot: not ticked\nticked",
        "Milch: angekreuzt, Brot: nicht angekreuzt\nangekreuzt",
    ),
    "Press [X] to close, f (x)": ("Press [X] to close, f (x)", "Press [X] to close, f (x)"),
    "Wahl: ( ) A (x) B\n○ C ● D": (
        "Wahl: not selected: A; selected: B\nnot selected: C; selected: D",
        "Wahl: nicht ausgewählt: A; ausgewählt: B\nnicht ausgewählt: C; ausgewählt: D",
    ),
    "~~12,00~~ 9,00 €, <del>A</del> B\n~~C~~": (
        "crossed out: 12,00, 9,00 €, crossed out: A, B\ncrossed out: C",
        "durchgestrichen: 12,00, 9,00 €, durchgestrichen: A, B\ndurchgestrichen: C",
    ),
    "Kalt. ☑ Ja ☐ Nein": (
        "Kalt. ticked: Ja; not ticked: Nein",
        "Kalt. angekreuzt: Ja; nicht angekreuzt: Nein",
    ),
    "Kalt. ☑": ("Kalt.: ticked", "Kalt.: angekreuzt"),
    '- {"label": "A"}\n1. {"label": "B"}': ("Label: A.\n1. Label: B.", "Label: A.\n1. Label: B."),
    "<input type='checkbox' checked> Ja": ("ticked: Ja", "angekreuzt: Ja"),
    "| A | ✅ |\n|---|---|\n| ❌ | ☐ |": (
        "A: not ticked; ticked: not ticked",
        "A: nicht angekreuzt; angekreuzt: nicht angekreuzt",
    ),
    "| Zeit | Mo | Di |\n|---|---|---|\n| 8 | Bio | |\n| 9 | | - |": (
        "Zeit: 8; Mo: Bio; Di: empty\nZeit: 9; Mo: empty; Di: empty",
        "Zeit: 8; Mo: Bio; Di: leer\nZeit: 9; Mo: leer; Di: leer",
    ),
    "| A | B | C |\n|---|---|---|\n| 1 |\n| 1 | 2 | 3 | 4 |\n| | | |": (
        "A: 1; B: empty; C: empty\nA: 1; B: 2; C: 3; 4\nempty row",
        "A: 1; B: leer; C: leer\nA: 1; B: 2; C: 3; 4\nleere Zeile",
    ),
    "<table><tr><th>Tag</th><th>Di</th></tr><tr><td>8</td><td></td></tr></table>": (
        "Tag: 8; Di: empty",
        "Tag: 8; Di: leer",
    ),
    "Press → or ←": ("Press right arrow or left arrow", "Press Pfeil nach rechts or Pfeil nach links"),
    "Bewertung: ⭐⭐⭐⭐☆": ("Bewertung: 4 of 5 stars", "Bewertung: 4 von 5 Sternen"),
}
"""With words of the answer's language: English and German."""

FORMS: list[tuple[str, str, str]] = [
    *((raw, "en", said) for raw, said in BOTH.items()),
    *((raw, "de", said) for raw, said in BOTH.items()),
    *((raw, "en", said[0]) for raw, said in WORDED.items()),
    *((raw, "de", said[1]) for raw, said in WORDED.items()),
]
"""What the model writes, the language of the answer, and what is said and shown."""
