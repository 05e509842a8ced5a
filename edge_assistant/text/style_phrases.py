"""What models say around an answer, in eleven languages, as patterns of whole sentences in small letters."""

from __future__ import annotations

import re

_TAIL = r"[^.!?:。！？：\n,]{0,110}"
_END = r"\s?[.!:。！：]*[\"'”»]?"
_PICTURE = (
    r"(?:image|picture|photo(?:graph)?|screenshot|screen|window|page|document|text|content|bild(?:es|schirm\w*)?|fotos?"
    r"|seite|dokuments?|fenster[s]?|textes)"
)

_INTERJECTIONS = {
    "en": r"of course|sure(?: thing)?|certainly|absolutely|okay|ok|alright|all right|got it|understood|no problem|great"
    r"|gladly|definitely|very well|i'd be (?:happy|glad) to(?: help)?(?: you)?(?: with (?:that|this))?|happy to help"
    r"|(?:thank you|thanks) for (?:sharing|providing|uploading|sending) (?:the|this|your|me the) [a-z ]{1,30}",
    "de": r"natürlich|gerne?|(?:sehr|aber) gerne?|klar|selbstverständlich|sicher|okay|ok|in ordnung|alles klar"
    r"|verstanden"
    r"|kein problem|mache ich(?: gerne?)?|(?:vielen )?danke?(?: dir| ihnen)? für (?:das|die|den) [a-zäöüß ]{1,30}",
    "fr": r"bien sûr|certainement|d'accord|absolument|avec plaisir|très bien|entendu|volontiers|ok",
    "es": r"por supuesto|claro(?: que sí)?|desde luego|de acuerdo|con gusto|con mucho gusto|entendido"
    r"|¡?por supuesto|¡?claro"
    r"(?: que sí)?|vale",
    "it": r"certo|certamente|naturalmente|va bene|d'accordo|con piacere|volentieri|ok",
    "pl": r"oczywiście|jasne|pewnie|dobrze|w porządku|z przyjemnością|rozumiem|ok",
    "ru": r"конечно(?: же)?|разумеется|хорошо|да, конечно|понятно|с удовольствием|ок",
    "el": r"βεβαίως|φυσικά|βέβαια|εντάξει|ασφαλώς|ευχαρίστως|με χαρά",
    "ar": r"بالطبع|بالتأكيد|حسنًا|حسنا|حسناً|طبعا|طبعًا|أكيد|بكل سرور|تمام",
    "zh": r"好的|当然(?:可以)?|没问题|好|可以|明白了?|當然(?:可以)?|沒問題",
    "ja": r"はい|もちろん(?:です)?|わかりました|承知(?:いた)?しました|かしこまりました|了解(?:です|しました)",
}
_ADJECTIVES = {
    "en": r"(?:(?:very )?(?:detailed|brief|short|concise|comprehensive|complete|full|simple|clear|quick"
    r"|step-by-step|thorough"
    r"|exact|extracted|transcribed|visible|general|structured|accurate|plain|simplified|high-level|visual|quick|main|"
    r"entire|readable|original)(?: and|,)? ){0,4}",
    "de": r"(?:(?:sehr )?(?:detailliert|ausführlich|kurz|genau|vollständig|knapp|extrahiert|transkribiert"
    r"|umfassend|einfach"
    r"|klar|sichtbar|exakt|strukturiert|allgemein|präzis|erkannt|gesamt|wörtlich|lesbar)e?[rnsm]?(?: und|,)? ){0,4}",
    "pl": r"(?:(?:bardzo )?(?:szczegółow|krótk|dokładn|pełn|zwięzł|kompletn|wyodrębnion)\w{1,4}(?: i)? ){0,3}",
    "ru": r"(?:(?:подробн|кратк|полн|точн|детальн|извлеч[её]нн|общ)\w{1,3}(?: и)? ){0,3}",
    "el": r"(?:(?:λεπτομερ|αναλυτικ|σύντομ|πλήρ|συνοπτικ)\w{1,3} ){0,3}",
}
_NOUNS = {
    "en": r"description|summary|overview|breakdown|explanation|analysis|transcription|transcript|text|contents?|answer"
    r"|response|list|information|details|translation|caption|results?|what (?:i (?:can )?see|the \w+ (?:shows"
    r"|says|contains)|"
    r"(?:is|can be) \w+|it (?:shows|says))|information you (?:requested|asked for)|main (?:points|elements)|key \w+",
    "de": r"(?:bild|text|kurz|detail)?beschreibung|(?:text)?zusammenfassung|übersicht|überblick|text(?:inhalt)?"
    r"|inhalte?"
    r"|transkription|transkript|antwort|(?:bild)?analyse|erklärung|liste|abschrift|wiedergabe|wortlaut|informationen"
    r"|übersetzung|auflistung|details|ergebnis(?:se)?",
    "fr": r"descri(?:ption|ptif)|résumé|texte|transcription|contenu|réponse|liste|aperçu|analyse|explication|traduction"
    r"|ce que (?:je vois|montre)|informations",
    "es": r"descripción|resumen|texto|transcripción|contenido|respuesta|lista|análisis|explicación|traducción"
    r"|información",
    "it": r"descrizione|riassunto|riepilogo|testo|trascrizione|contenuto|risposta|elenco|analisi|panoramica|spiegazione"
    r"|traduzione|informazioni",
    "pl": r"opis|podsumowanie|streszczenie|tekst|transkrypcja|treść|odpowiedź|lista|analiza|tłumaczenie|informacje",
    "ru": r"описание|текст|содержание|содержимое|краткое содержание|расшифровка|ответ|список|анализ|обзор|перевод"
    r"|транскрипция|информация|то, что",
    "el": r"περιγραφή|κείμενο|περίληψη|απάντηση|λίστα|ανάλυση|περιεχόμενο|μετάφραση|μεταγραφή|πληροφορίες",
    "ar": r"(?:ال)?وصف(?:ًا|ا|اً)?|(?:ال)?نص|(?:ال)?ملخص(?:ًا|ا|اً)?|(?:ال)?محتوى|(?:ال)?قائمة|(?:ال)?تحليل|(?:ال)?شرح"
    r"|(?:ال)?إجابة|(?:ال)?معلومات",
    "zh": r"描述|说明|文字|文本|内容|总结|介绍|转录|分析|回答|列表|信息|說明|內容|總結|介紹|解释|概述",
    "ja": r"説明|文字|テキスト|内容|要約|まとめ|描写|回答|一覧|書き起こし|解説|情報|翻訳|詳細",
}
_LEADS = {
    "en": r"(?:here(?:'s| is| are| comes)|below (?:is|are|you(?:'ll| will) find)|the following (?:is|are)|following is"
    r"|i(?:'ve| have) (?:provided|prepared|extracted|transcribed))(?: a| an| the| your| my| some"
    r"| all(?: of)?(?: the)?)? ",
    "de": r"(?:hier (?:ist|sind|kommt|folgt|finden sie|findest du|haben sie|hast du)|hier"
    r"|im folgenden(?: finden sie| findest"
    r" du| ist| sind)?|nachfolgend(?: ist| finden sie)?|unten (?:ist|steht|finden sie)|es folgt"
    r"|anbei)(?: eine[nrm]?| ein"
    r"| die| der| das| den| meine| deine| ihre)? ",
    "fr": r"(?:voici|voilà|ci-dessous(?: se trouve)?)(?: une| un| la| le| les| votre| ma)? (?:l')?(?:(?:brève"
    r"|courte|petite) )?",
    "es": r"(?:aquí (?:está|tienes|tiene|hay|te dejo|le dejo|se presenta)"
    r"|a continuación(?:,)?(?: se (?:presenta|muestra)|"
    r" tienes| te presento)?|esta es|este es)(?: una| un| la| el| los| las)? (?:(?:breve|detallada|completa) )?",
    "it": r"(?:ecco|di seguito(?: è riportat[ao]| trov[ai])?|qui (?:di seguito|c'è))(?: una| un| la| il| lo| i| gli)? "
    r"(?:un'|l')?(?:breve )?",
    "pl": r"(?:oto|poniżej (?:znajduje się|jest|przedstawiam)|poniżej) ",
    "ru": r"(?:вот|ниже (?:привед[её]н[оаы]?|представлен[оаы]?|следует|дано)|ниже) ",
    "el": r"(?:εδώ είναι|ορίστε|ακολουθεί|παρακάτω (?:είναι|ακολουθεί)|αυτή είναι)(?: μια| μία| η| το| ένα| ο| οι)? ",
    "ar": r"(?:إليك|إليكم|فيما يلي|هذا هو|هنا|هذه هي) ",
}
_OTHER = {
    "en": [
        r"(?:i(?:'ll| will|'m going to)(?: now| try to)?|let me|allow me to) (?:describe|explain|summarize|transcribe"
        r"|walk you through|take a look at)(?: to you| for you)? (?:(?:the|this|your) (?:\w+ )?"
        rf"{_PICTURE}|it|this|what (?:i see|is shown|it shows|you see))(?: (?:for|to|in|as|that|you|by)\b{_TAIL})?",
        rf"let's (?:take a (?:closer )?look|break (?:it|this) down|look at){_TAIL}",
        rf"(?:based on|from|looking at|according to) (?:the|this|your) {_TAIL}, (?:here(?:'s| is| are)) {_TAIL}:",
        r"(?:(?:image|picture|photo|screenshot|screen|visual|detailed|brief|short|text) ){0,3}(?:description"
        r"|caption|summary"
        r"|overview|analysis|transcription|answer)(?: of the [a-z ]{2,20})?:?",
        rf"as (?:requested|you (?:asked|requested)), {_TAIL}:",
    ],
    "de": [
        rf"(?!.*\bnicht\b)(?:ich (?:beschreibe|werde|fasse)|lassen sie mich|lass mich) (?:ihnen |dir |nun "
        rf"|jetzt |gerne? )*"
        rf"(?:das bild|den bildschirm|die seite|das fenster|den text|den screenshot){_TAIL}",
        r"(?:(?:detaillierte|kurze|ausführliche) )?(?:bild)?(?:beschreibung|zusammenfassung|unterschrift"
        r"|antwort|transkription"
        r"|übersicht)(?: des [a-zäöüß ]{2,20})?:?",
        rf"(?:basierend auf|anhand) (?:dem|des|der) {_TAIL}, (?:hier (?:ist|sind)|folgt) {_TAIL}:",
    ],
    "fr": [r"description(?: de l'image)?:?", rf"je vais (?:vous )?décrire {_TAIL}"],
    "es": [r"descripción(?: de la imagen)?:?", rf"voy a describir {_TAIL}"],
    "it": [r"descrizione(?: dell'immagine)?:?"],
    "pl": [r"opis(?: obrazu| zdjęcia)?:?"],
    "ru": [r"описание(?: изображения)?:?"],
    "el": [r"περιγραφή(?: της εικόνας)?:?"],
    "ar": [r"وصف الصورة:?"],
    "zh": [
        r"(?:好的|当然)?[，,！!。]?\s*(?:以下|下面|这里|這裡|这|這|以下就)(?:是|为|為)[^。！？：:\n]{0,40}"
        rf"(?:{_NOUNS['zh']})[^。！？：:\n，,]{{0,12}}",
        r"(?:图片|图像|画面|照片|截图)?(?:描述|内容|说明)",
    ],
    "ja": [
        r"(?:はい|もちろん)?[、。！]?\s*(?:以下|下記|次|こちら)(?:は|が|に|の)[^。！？：:\n]{0,40}"
        rf"(?:{_NOUNS['ja']})[^。！？：:\n]{{0,20}}",
        r"(?:画像|写真|スクリーンショット)?の?(?:説明|内容|要約)",
    ],
}
_TEXT_NOUNS = (
    r"(?:extracted |transcribed |visible |full |complete |extrahierte |transkribierte |sichtbare |vollständige "
    r"|erkannte )*"
    r"(?:text|transcription|transcript|content|texte|texto|testo|tekst|текст|κείμενο|transkription|abschrift|wortlaut"
    r"|(?:text)?inhalt|النص|نص)"
)
_READING = {
    "en": rf"(?:all )?(?:the )?(?:visible |full )?(?:text|content) (?:in|on|of|from|within) (?:the|this"
    rf"|your) (?:\w+ )?{_PICTURE}"
    r"(?: (?:is|reads|says|is as follows|reads as follows|says the following|includes|contains))?:"
    rf"|(?:the|this) {_PICTURE} (?:contains|shows|has|includes|displays) the following text:",
    "de": rf"(?:das|dieses|der|dieser|die|diese) {_PICTURE} (?:enthält|zeigt) (?:den )?folgende[nr]? text:|"
    rf"(?:der|dieser|gesamter?) (?:gesamte |sichtbare )?text (?:im|in|auf|aus|des|der) (?:dem |der "
    rf"|diesem )?(?:\w+ )?"
    rf"{_PICTURE}(?: (?:lautet|ist|besagt)(?: wie folgt)?)?:",
}


def _introductions() -> list[str]:
    patterns = []
    for language, lead in _LEADS.items():
        interjection = rf"(?:(?:{_INTERJECTIONS[language]})[,.!;،]?(?: [–—-])? )?"
        adjectives = _ADJECTIVES.get(language, "")
        patterns.append(rf"{interjection}{lead}{adjectives}(?:{_NOUNS[language]})\b{_TAIL}")
        patterns.append(rf"(?:{'|'.join(_OTHER[language])})")
        if _OTHER[language]:
            patterns.append(rf"{interjection}(?:{_OTHER[language][0]})")
    patterns += [pattern for language in ("zh", "ja") for pattern in _OTHER[language]]
    return patterns


def _compile(patterns: list[str]) -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(patterns)}){_END}")


_ALL_INTERJECTIONS = "|".join(_INTERJECTIONS.values())
INTERJECTION = re.compile(rf"¡?(?:{_ALL_INTERJECTIONS})\s?[.!。！]+")
"""A sentence such as "Of course!"."""

INTRODUCTION = _compile([*_introductions(), *_READING.values()])
"""A sentence that announces the answer."""

TELLS_NOTHING = re.compile(
    r"descri|caption|summary|overview|analy|explan|breakdown|transcri|beschreib|zusammenfass|übersicht"
    r"|überblick|abschrift"
    r"|résumé|aperçu|resumen|riassunto|riepilogo|panoramica|trascri|opis|podsumow|streszcz|описан|обзор|анализ|περιγραφ"
    r"|περίληψ|وصف|ملخص|描述|说明|說明|总结|總結|介绍|概述|説明|要約|まとめ|解説|walk|look at|let me|i'll|i will|ich "
)
"""Words of which an introduction needs one if it ends with a full stop: "Here is a list of files." tells something."""

ANNOUNCING = re.compile(
    rf"{'|'.join(_NOUNS.values())}|than|dank|based on|looking at|according|anhand|basierend|{TELLS_NOTHING.pattern}"
)
"""Words of which every introduction has one before its first comma, if that comes late."""

_ANNOUNCED = [
    rf"(?:(?:{_INTERJECTIONS[language]})[,.!;،]? )?{lead}{_TEXT_NOUNS}\b{_TAIL}:" for language, lead in _LEADS.items()
]
READING = re.compile(
    "|".join(
        [
            *_ANNOUNCED,
            *_READING.values(),
            *(rf"{_OTHER[language][0]}[：:]" for language in ("zh", "ja")),
            # Whole sentences that no page begins with.
            rf"here(?:'s| is) (?:the|all the) {_TEXT_NOUNS} (?:from|in|of|extracted from|found in"
            rf"|as seen in) (?:the|this|your)"
            rf" (?:\w+ )?{_PICTURE}\.",
            rf"hier ist der {_TEXT_NOUNS} (?:aus|in|im|auf|von|des) (?:dem |der |diesem )?(?:\w+ )?{_PICTURE}\.",
        ]
    )
)
"""The same for a reading: only what announces the text of the picture."""

LEADS = tuple(
    {
        *(
            f"{the} {noun} {verb} the following text"
            for the in ("the", "this")
            for noun in ("image", "picture", "screenshot", "photo", "document", "page")
            for verb in ("contains", "shows", "has", "includes", "displays")
        ),
        *(
            f"{the} {verb} {following} text"
            for the in ("das bild", "dieses bild", "der screenshot", "das foto")
            for verb in ("enthält", "zeigt")
            for following in ("den folgenden", "folgenden")
        ),
        *("of course", "sure", "certainly", "absolutely", "okay", "ok", "alright", "all right", "got it"),
        *("understood", "no problem", "great", "gladly", "definitely", "very well", "i'd be", "happy to"),
        *("thank you for", "thanks for", "here's", "here is", "here are", "here comes", "below is", "below are"),
        *("below you", "the following is", "the following are", "following is", "i've ", "i have provided"),
        *("i have prepared", "i have extracted", "i have transcribed", "i'll ", "i will ", "i'm going to "),
        *("let me ", "allow me", "let's ", "based on ", "looking at ", "according to ", "from the ", "as requested"),
        *("as you ", "image description", "description", "picture description", "screenshot description", "summary"),
        *("overview", "caption", "image ", "answer:", "detailed description", "brief description"),
        *("short description", "transcription", "text desc", "natürlich", "gern", "sehr gern", "aber gern", "klar"),
        *("selbstverständlich", "sicher", "in ordnung", "alles klar", "verstanden", "kein problem", "mache ich"),
        *("vielen dank", "danke", "hier ist", "hier sind", "hier kommt", "hier folgt", "hier finden", "hier findest"),
        *("hier haben", "hier hast", "hier eine", "hier der", "hier die", "hier das", "hier ein", "im folgenden"),
        *("nachfolgend", "unten ist", "unten steht", "unten finden", "es folgt", "anbei", "ich beschreibe"),
        *("ich werde", "ich fasse", "lassen sie mich", "lass mich", "beschreibung", "bildbeschreibung"),
        *("zusammenfassung", "detaillierte b", "kurze beschreibung", "kurze bild", "kurze zusammen"),
        *("ausführliche b", "antwort:", "basierend auf", "anhand ", "der text ", "dieser text ", "der gesamte text"),
        *("der sichtbare text", "the text ", "all the text", "the visible text", "the full text", "bien sûr"),
        *("certainement", "d'accord", "absolument", "avec plaisir", "très bien", "entendu", "volontiers", "voici"),
        *("voilà", "ci-dessous", "description", "je vais", "por supuesto", "¡por supuesto", "claro", "¡claro"),
        *("desde luego", "de acuerdo", "con gusto", "con mucho gusto", "entendido", "vale", "aquí está"),
        *("aquí tiene", "aquí hay", "aquí te", "aquí le", "aquí se", "a continuación", "esta es", "este es"),
        *("descripción", "voy a describir", "certo", "certamente", "naturalmente", "va bene", "con piacere", "ecco"),
        *("di seguito", "qui di", "qui c'è", "descrizione", "oczywiście", "jasne", "pewnie", "dobrze", "w porządku"),
        *("z przyjemnością", "rozumiem", "oto", "poniżej", "opis", "конечно", "разумеется", "хорошо", "да, конечно"),
        *("понятно", "с удовольствием", "вот", "ниже", "описание", "ок", "βεβαίως", "φυσικά", "βέβαια", "εντάξει"),
        *("ασφαλώς", "ευχαρίστως", "με χαρά", "εδώ είναι", "ορίστε", "ακολουθεί", "παρακάτω", "αυτή είναι"),
        *("περιγραφή", "بالطبع", "بالتأكيد", "حسن", "طبع", "أكيد", "بكل سرور", "تمام", "إليك", "فيما يلي", "هذا هو"),
        *(
            "هنا",
            "هذه هي",
            "وصف الصورة",
            "好的",
            "当然",
            "没问题",
            "好，",
            "好。",
            "可以",
            "明白",
            "當然",
            "沒問題",
            "以下",
            "下面",
            "这里",
        ),
        *(
            "這裡",
            "这是",
            "這是",
            "图片",
            "图像",
            "画面描",
            "照片描",
            "截图描",
            "はい",
            "もちろん",
            "わかりました",
            "承知",
            "かしこまり",
            "了解",
            "下記",
            "次",
        ),
        *("こちら", "画像の", "画像説", "写真の", "スクリーンショットの"),
    }
)
"""How such sentences begin: a text that begins in no such way is none of them."""

_CLOSINGS = [
    r"(?:please )?(?:let me know|feel free to (?:let me know|ask)|just (?:ask"
    r"|let me know))(?: if)?[^.!?\n]{0,120}[.!]*",
    r"if (?:you|there)[^.!?\n]{0,100}(?:let me know|feel free|just ask|i'm here|i am here|happy to)[^.!?\n]{0,80}[.!]*",
    r"(?:is there anything|do you (?:need|have|want)|would you like)(?: \w+){0,3} (?:else|help|questions?|more"
    r"|me to)[^.!?\n]{0,100}\?",
    r"i hope (?:this|that)(?: \w+){0,3} (?:helps?|is helpful|useful|assists?)[^.!?\n]{0,40}[.!]*",
    r"(?:how|what) else can i (?:help|do|assist)[^.!?\n]{0,60}\?",
    r"(?:ist|kann ich|brauchen sie|brauchst du|möchten sie|möchtest du|gibt es)(?: \w+){0,4} (?:noch|sonst"
    r"|weitere|mehr)"
    r"[^.!?\n]{0,80}\?",
    r"(?:lassen sie (?:mich|es mich) (?:gerne )?wissen|lass (?:mich|es mich) (?:gerne )?wissen"
    r"|sagen sie (?:mir )?(?:einfach )?"
    r"bescheid|sag (?:mir )?(?:einfach )?bescheid|melden sie sich)[^.!?\n]{0,120}[.!]*",
    r"(?:wenn|falls|sollten|solltest) (?:sie|du)[^.!?\n]{0,100}(?:fragen|hilfe|details|informationen|wissen"
    r"|benötig|brauch)"
    r"[^.!?\n]{0,120}[.!]*",
    r"ich hoffe,? (?:das|dass das|dies)[^.!?\n]{0,60}(?:hilft|hilfreich|geholfen)[^.!?\n]{0,40}[.!]*",
    r"(?:n'hésitez pas à|si vous avez (?:d'autres|des) questions)[^.!?\n]{0,120}[.!]*",
    r"(?:si (?:necesitas|tienes|necesita|tiene)|avísame si|¿(?:hay algo|necesitas|puedo ayudar))[^.!?\n]{0,120}[.!?]*",
    r"(?:se hai (?:bisogno|altre domande)|fammi sapere)[^.!?\n]{0,120}[.!?]*",
    r"(?:daj (?:mi )?znać|jeśli (?:masz|potrzebujesz))[^.!?\n]{0,120}[.!?]*",
    r"(?:если у вас (?:есть|возникнут)|дайте (?:мне )?знать|если (?:нужн|вам нужн))[^.!?\n]{0,120}[.!?]*",
    r"(?:αν (?:έχετε|χρειάζεστε)|ενημερώστε με)[^.!?\n]{0,120}[.!?;]*",
    r"(?:إذا كان لديك|هل تحتاج|أخبرني إذا|لا تتردد)[^.!?؟\n]{0,120}[.!?؟]*",
    r"(?:如果(?:您|你)(?:还|有|需要)|如需|请告诉我|希望(?:这|以上)|还有(?:什么|其他))[^。！？\n]{0,60}[。！？]*",
    r"(?:他に(?:何か|ご質問)|何か(?:他に|ご不明)|ご不明な点|お知らせください)[^。！？\n]{0,60}[。！？]*",
]
CLOSINGS = re.compile("|".join(_CLOSINGS))
"""A last sentence that offers more."""

CLOSING_LEADS = tuple(
    {
        *("let me know", "please let me", "feel free to", "please feel free", "just ask", "just let me", "if you "),
        *("if there", "is there anything", "do you need", "do you have", "do you want", "would you like"),
        *("i hope this", "i hope that", "how else", "what else can", "ist sonst", "ist noch", "kann ich sonst"),
        *("kann ich noch", "kann ich ihnen", "kann ich dir", "brauchen sie", "brauchst du", "möchten sie"),
        *("möchtest du", "gibt es noch", "gibt es sonst", "lassen sie ", "lass mich", "lass es", "sagen sie", "sag "),
        *("melden sie sich", "wenn sie", "wenn du", "falls sie", "falls du", "sollten sie", "solltest du"),
        *("ich hoffe", "n'hésitez", "si vous avez", "si necesita", "si tiene", "avísame", "¿hay algo", "¿necesitas"),
        *("¿puedo ayudar", "se hai", "fammi sapere", "daj znać", "daj mi", "jeśli ", "если ", "дайте ", "αν "),
        *(
            "ενημερώστε",
            "إذا كان لديك",
            "هل تحتاج",
            "أخبرني",
            "لا تتردد",
            "如果您",
            "如果你",
            "如需",
            "请告诉我",
            "希望这",
            "希望以上",
        ),
        *("还有什么", "还有其他", "他に", "何か", "ご不明", "お知らせ"),
    }
)
"""How such sentences begin."""
