"""Evidence of a text's language: small words that every sentence has, and letters that only one language has.

A name or a title has few of either, so that it leaves the language open: a wrong voice is worse than an accent.
"""

from __future__ import annotations

import collections
import re
from collections.abc import Collection, Iterable, Iterator

from edge_assistant.text.scripts import base_of

# Vowel signs and accents are part of a word.
_WORD = re.compile("(?:[^\\W\\d_]|[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0900-\u0963\u0971-\u0dff])+")
# A sentence needs so many words before its language is judged; fewer do where at least half of them are evidence, and
# none is for the expected language.
_MIN_WORDS = 5
_MIN_WORDS_IF_CLEAR = 3
_CLEAR_SHARE = 0.5
# So many of its words must be evidence, two of them different, and at least this share of all.
_MIN_HITS = 2
_MIN_SHARE = 0.2
# The language that was expected is left only for one with so many hits more.
_LEAD = 2

# Articles, pronouns, prepositions, conjunctions, auxiliary verbs, and a few words of letters and dialogs.
_WORDS = """
en: the a an and or of to in on at is are was were be been it its this that these those with for from by as not you
    your we our they he she his her their there which what who will would can could has have had do does but if
    please all any no i my other than then so into about up out only few some more do one two three shows here
    without between before after
de: der die das den dem des ein eine einen einem einer eines und oder nicht ist sind war wird werden wurde ich sie
    er es wir ihr ihre ihren ihrem sich mit von zu zum zur auf für im in an am als auch bei nach vor über unter aus
    dass wenn aber noch nur kein keine bitte hat haben kann können wie sehr geehrte vielen dank durch bis diese
    dieser dieses zwei drei zeigt gibt hier dort ohne gegen
    da sein seine schon doch so nun man mehr
fr: le la les un une des du de et ou ne pas est sont était être ont il elle nous vous ils elles ce cette ces dans
    sur sous avec pour par que qui au aux en se sa son ses votre vos notre nos je mais plus très veuillez merci lors
    afin tout tous peut été deux trois montre affiche ici sans avant après entre
es: el la los las un una unos de del y o no es son está están fue ser ha han que en con por para su sus se lo le al
    como más pero este esta estos estas usted nosotros ustedes mi tu si ya muy hay favor gracias cuando desde hasta
    dos tres muestra aquí sin entre sobre antes después
it: il lo la i gli le un uno una di del della dei delle degli e o non è sono era essere ha hanno che in nel nella
    con per su sul sulla da dal dalla al alla ai si ci vi come più ma questo questa questi suo sua loro grazie prego
    anche quando due tre mostra qui senza tra fra prima dopo
pt: o a os as um uma uns de do da dos das e ou não é são está estão foi ser tem têm que em no na nos nas com por
    para pelo pela seu sua seus suas se ao à como mais mas este esta isso você nós eles obrigado quando muito já até
    dois duas três mostra aqui sem entre sobre antes depois
nl: de het een en of niet is zijn was worden wordt werd ik je u hij zij wij uw ons onze met van voor op aan in bij
    naar uit om te dat die deze dit als ook maar nog geen heeft hebben kan kunnen graag wij over door tot er twee
    drie toont hier daar zonder tegen onder
pl: i w z na do nie jest są był była się że to jak o od po za przez dla przy ale lub oraz czy który która które ten
    ta te tego tym jego jej ich pan pani proszę może będzie został już tylko aby pod nad dwa dwie dwoma trzy
    pokazuje tu tam bez przed między
cs: a v z na do ne je jsou byl byla se že to jak o od po za pro při ale nebo který která které ten ta tyto jeho její
    jejich prosím může bude již jen aby pod nad ve ze jste jsem není si také dva dvě dvěma tři zobrazuje zde tam bez
    před mezi
sk: a v z na do nie je sú bol bola sa že to ako o od po za pre pri ale alebo ktorý ktorá ktoré ten tá tieto jeho jej
    ich prosím môže bude už len aby pod nad vo zo ste som si tiež dva dve dvoma tri zobrazuje tu tam bez pred medzi
hu: a az egy és vagy nem van volt hogy ez azt ezt is de ha csak már még meg mint kell lehet minden után alatt
    szerint kérjük amely aki ami ki be fel el két kettő három itt ott nélkül között látható
ro: și sau nu este sunt era un o unei unui de din la în pe cu pentru prin ca că care se sa lui ei lor mai dar dacă
    acest această vă rog fost fi să al ale cel două doi trei arată aici acolo fără între
sv: och eller inte är var en ett den det de som att med för på av till i om vid från har hade kan ska men så också
    du vi ni han hon sin sitt er vår denna detta två tre visar finns där här mot över under utan
da: og eller ikke er var en et den det de som at med for på af til i om ved fra har havde kan skal men så også du vi
    han hun sin sit jer vores denne dette blev to tre viser findes der her mod over under uden meget
nb: og eller ikke er var en et ei den det de som at med for på av til i om ved fra har hadde kan skal men så også du
    vi han hun sin sitt dere vår denne dette ble to tre viser finnes der her mot over under uten mye
fi: ja tai ei on oli ovat olla se ne hän he minä sinä me te että kun jos mutta myös joka jotka tämä nämä kuin niin
    vain mukaan kanssa ole eivät kaksi kolme näyttää tässä siellä ilman välissä jossa
tr: ve veya bir bu şu o da de ki ile için gibi daha çok en değil olarak olan var yok mi mı mu ise ama sonra kadar
    lütfen her tüm iki üç burada orada göre önce arasında
id: dan atau yang di ke dari untuk dengan pada adalah ini itu tidak akan dapat oleh juga sebagai dalam anda saya
    kami mereka telah sudah silakan dua tiga menampilkan sini sana tanpa antara
vi: và hoặc không là của có được cho với trong một những các này đó khi để tại từ đã sẽ bạn tôi vui lòng người hai
    ba hiển thị đây kia giữa trước sau
hr: i u na za je su nije se da koji koja koje s sa od do po kao ili ali te bio bila ovaj ova ovo molimo može samo
    već još što dva dvije tri prikazuje ovdje tamo bez pred između
ru: и в во не на что с со как это по но из у за от о об для до же вы мы он она они его её их к ко при или если был
    была были есть уже только так где когда чтобы пожалуйста этот эта эти два две двумя три здесь там без перед
    между
uk: і й та в у не на що з із як це по але від за для до же ви ми він вона вони його її їх при або якщо був була були
    є вже тільки так де коли щоб будь ласка цей ця ці два дві двома три тут там без перед між
be: і й ды у не на што з са як гэта па але ад за для да вы мы ён яна яны яго яе іх пры або калі быў была былі ёсць
    ужо толькі так дзе каб калі ласка гэты гэтая два дзве тры тут там без перад паміж
bg: и в във не на че с със как това по но от за до или ако е са беше бил била ще се да си тя той те го му им при
    като вече само така където когато моля този тази тези два две три тук там без пред между има
sr: и у на за је су није се да који која које с са од до по као или али те био била овај ова ово молимо може само
    већ још што два две три овде тамо без пред између
ar: في من على إلى عن أن إن هذا هذه التي الذي و أو لا ما هو هي كان كانت مع بعد قبل كل قد لم لن ثم بين حتى يرجى
fa: در از به که این آن را با برای است و یا نه هم تا بر اما اگر شد شده می های خود یک شما ما بود کرد کند لطفا
ur: میں سے کے کی کا کو ہے ہیں اور یا نہیں یہ وہ پر نے تھا تھی کہ جو بھی تو ہو گا گی آپ ہم براہ کرم
hi: में से के की का को है हैं और या नहीं यह वह पर ने था थी कि जो भी तो हो गा आप हम कृपया एक इस
mr: आहे आहेत आणि किंवा नाही हा ही हे ते या वर ने होता होती की जो पण तर आपण कृपया एक मध्ये च्या
ne: छ छन् र वा छैन यो त्यो मा ले थियो कि जो पनि भने तपाईं हामी कृपया एक को का लाई
"""


def _read_words() -> dict[str, tuple[str, ...]]:
    """Return the languages of each word."""
    languages: dict[str, tuple[str, ...]] = {}
    for entry in re.split(r"\n(?=\S)", _WORDS.strip()):
        language, words = entry.split(":")
        for word in set(words.split()):
            languages[word] = (*languages.get(word, ()), language)
    return languages


_LANGUAGES_OF_WORD = _read_words()
_KNOWN = frozenset(language for languages in _LANGUAGES_OF_WORD.values() for language in languages)

# Letters that no other language of the same script has. Of those that several have, the first is the likeliest.
_LETTERS = {
    **dict.fromkeys("їєґЇЄҐ", "uk"),
    **dict.fromkeys("ўЎ", "be"),
    **dict.fromkeys("ђћЂЋ", "sr"),
    **dict.fromkeys("ѓќѕЃЌЅ", "mk"),
    **dict.fromkeys("әғқңұҺәҒҚҢҰ", "kk"),
    **dict.fromkeys("ыэёЫЭЁ", "ru"),
    **dict.fromkeys("ٹڈڑںےھ", "ur"),
    **dict.fromkeys("پچژگیک", "fa"),
    **dict.fromkeys("ټډړښځڅۍې", "ps"),
    **dict.fromkeys("ۆڵڕێ", "ckb"),
    **dict.fromkeys("ळऱ", "mr"),
    **dict.fromkeys("ৰৱ", "as"),
    **dict.fromkeys("łąęśżźń", "pl"),
    **dict.fromkeys("řůě", "cs"),
    **dict.fromkeys("ľŕĺ", "sk"),
    **dict.fromkeys("őű", "hu"),
    **dict.fromkeys("ğı", "tr"),
    **dict.fromkeys("șță", "ro"),
    **dict.fromkeys("ãõ", "pt"),
    **dict.fromkeys("ñ¿¡", "es"),
    **dict.fromkeys("ß", "de"),
    **dict.fromkeys("ơưạảấầẩậắằặẹẻẽếềểễệỉịọỏốồổỗộớờởợụủứừửữự", "vi"),
}
# Languages so near to each other that the voice of one speaks the other.
_NEAR = (frozenset(("da", "nb")), frozenset(("cs", "sk")), frozenset(("hr", "sr")))
# Urdu, Pashto and Central Kurdish have Persian's letters too; Belarusian has Russian's.
_RARER = {"fa": ("ur", "ps", "ckb"), "ru": ("be", "kk")}


# Small words that names have too: beside a capital they are no evidence.
_PARTICLES = frozenset(
    ("de", "la", "el", "los", "las", "do", "da", "dos", "di", "del", "della", "du", "le", "y", "e", "van", "von", "of")
)


def is_known(language: str) -> bool:
    """Return whether there is evidence of this language to be found, so that another one can be told from it."""
    return base_of(language) in _KNOWN


def hits(text: str) -> collections.Counter[str]:
    """Return for each language how many words of the text are evidence of it: small words and words with its letters.

    Parts of names do not count.
    """
    return _count(_evidence(_WORD.findall(text)))


def _count(evidence: Iterable[tuple[str, Collection[str]]]) -> collections.Counter[str]:
    return collections.Counter(language for _, languages in evidence for language in languages)


def _evidence(words: list[str]) -> list[tuple[str, Collection[str]]]:
    """Return the words that tell a language, in lower case, with their languages."""
    found: list[tuple[str, Collection[str]]] = [(word, _LANGUAGES_OF_WORD[word]) for word in _small_words(words)]
    for word in words:
        if not word.isascii() and word.islower() and word not in _LANGUAGES_OF_WORD:
            found.append((word, {_LETTERS[letter] for letter in word if letter in _LETTERS}))
    return found


def _small_words(words: list[str]) -> Iterator[str]:
    for number, word in enumerate(words):
        lower = word.lower()
        if lower not in _LANGUAGES_OF_WORD or (number and word[0].isupper()):
            continue
        if len(word) == 1 and any(
            len(each) == 1 for each in (*words[number - 1 : number], *words[number + 1 : number + 2])
        ):
            continue  # a spelled word
        if lower in _PARTICLES and any(each[0].isupper() for each in words[max(0, number - 2) : number + 3]):
            continue
        yield lower


def sure_language(text: str, expected: str) -> str | None:
    """Return the language of a sentence where it is surely another one than `expected`, else None."""
    words = _WORD.findall(text)
    if len(words) < _MIN_WORDS_IF_CLEAR or not is_known(expected):
        return None
    evidence = _evidence(words)
    counts = _count(evidence)
    if not counts:
        return None
    ours = base_of(expected)
    best = max(counts, key=lambda each: counts[each])
    near = next((group for group in _NEAR if best in group), frozenset((best,)))
    others = max((count for language, count in counts.items() if language not in near), default=0)
    if ours in near or (len(words) < _MIN_WORDS and (counts[ours] or counts[best] < _CLEAR_SHARE * len(words))):
        return None
    sure = (
        counts[best] >= max(_MIN_HITS, _MIN_SHARE * len(words))
        and counts[best] > others
        and counts[best] >= counts[ours] + _LEAD
        and len({word for word, languages in evidence if best in languages}) >= _MIN_HITS
    )
    return best if sure else None


def guess_by_letters(text: str, default: str) -> str:
    """Return the language whose own letters the text has, else `default`."""
    counts = collections.Counter(_LETTERS[character] for character in text if character in _LETTERS)
    for common, rarer in _RARER.items():
        if default in rarer or any(counts[each] for each in rarer):
            counts[common] = 0
    found = [language for language, count in counts.most_common() if count]
    return found[0] if found else default
