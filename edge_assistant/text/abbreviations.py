"""Abbreviations that a full stop belongs to, and words that begin sentences, in short lists of our own by language.

All lists are in lower case. An abbreviation stands in the common list of its script where it is no word in another
language of that script; `common` for languages that we have no list of.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Abbreviations:
    """The abbreviations of a language or of a script.

    After one of `inner` the sentence goes on; after one of `before_number` it does when a number follows; one of
    `closing` may end a sentence, and does when a word follows that begins sentences.
    """

    inner: frozenset[str] = field(default_factory=frozenset)
    before_number: frozenset[str] = field(default_factory=frozenset)
    closing: frozenset[str] = field(default_factory=frozenset)

    def __or__(self, other: Abbreviations) -> Abbreviations:
        return Abbreviations(
            self.inner | other.inner, self.before_number | other.before_number, self.closing | other.closing
        )


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_LATIN = Abbreviations(
    inner=_words(
        "mr mrs ms med phil jur rer nat habil h.c messrs dr dres prof profs mme mmes mlle mlles sra srta sras "
        "sres dña ing dipl lic dott dott.ssa sig avv arch geom mons gen col lt sgt capt cmdr maj rev hon pres "
        "gov sen rep st ste mt vs hr fr frl bzw vgl evtl ggf sog bspw einschl inkl exkl zzgl ca cca geb gest "
        "verh gegr resp cf approx viz esp incl excl av avda bd pza ctra pje ul pl św ks mgr inż płk kpt im "
        "tzw tj tzn np dhr mevr mw drs bijv nám tř tzv např obr bl ud uds vd vds ee mez fa z.b z.hd d.h i.d.r "
        "o.g s.o s.u e.g i.e a.k.a m.in p.ej p.es p.ex p.e m.a.w d.w.z o.a t.ex bl.a f.eks"
    ),
    before_number=_words(
        "no nos nr nrn núm num nº fig figs p pp pg pgs pág págs pag pagg str vol vols ch chap cap sec sect "
        "art arts abs abb abbn kap bde jg aufl rn rdnr ziff tab tel tél fax mob ext dep rm par paras eq eqs "
        "ed rys poz godz čís odst kl temp ver pos abt inv réf ref est max min höchst jan feb mar apr jun jul "
        "aug sep sept oct okt nov dec dez mär mrz janv févr avr juil août déc ene abr dic mon tue tues wed "
        "thu thur thurs fri sat sun"
    ),
    closing=_words(
        "sr jr inc ltd corp co llc bros assn dept univ etc esq ph.d m.d b.a m.a u.s u.k u.n e.u a.m p.m b.c "
        "a.d d.c ave blvd rd str usw usf u.s.w u.v.m u.a u.ä o.ä mio mrd tsd std stdn sek mwst gmbh e.v chr "
        "jh jhd ecc s.p.a s.r.l uu ee.uu rr.uu s.a s.l cía dcha izq j.-c cie itp itd p.n.e n.e zł tys mln mld "
        "osv enz n.v b.v m.fl mfl atd apod s.r.o a.s d.o.o ft lb lbs oz yd yds hrs mins secs sqft"
    ),
)
_CYRILLIC = Abbreviations(
    inner=_words(
        "ул просп пер наб бул гр тов проф акад доц канд инж св см ср напр т.е т.к т.н обл респ вул бульв буд "
        "див м-н р-н мкр к-т зав зам пос дер г-н г-жа"
    ),
    before_number=_words(
        "рис стр гл табл илл п пп ст ч кв оф эт корп № тел разд прим янв февр мар апр июн июл авг сент окт "
        "нояб дек мал стор прибл макс мин ред вып"
    ),
    closing=_words("им ім пл пр др т.д т.п гг вв н.э руб коп тыс млн млрд сек час мм км кг и.о грн тис хв"),
)
_GREEK = Abbreviations(
    inner=_words("δηλ βλ κος κα δρ καθ πρβλ π.χ λ.χ οδ λεωφ πλ αγ στρ"),
    before_number=_words("αρ αριθ σελ εικ τηλ κεφ σχ πιν τομ ιαν φεβ μαρ απρ μαϊ ιουν ιουλ αυγ σεπτ οκτ νοε δεκ"),
    closing=_words("κ.λπ κλπ κτλ κ.ά κ.α κ.ο.κ μ.χ π.μ μ.μ α.ε ε.ε εκ χιλ δισ ευρ"),
)
_ARABIC = Abbreviations(before_number=_words("رقم هاتف"), closing=_words("هـ إلخ الخ"))
_DEVANAGARI = Abbreviations(
    inner=_words(
        "डॉ डा प्रो श्री श्रीमती सुश्री पं स्व कु रु रू ए बी सी डी ई एफ जी एच आई जे एल एम एन ओ पी क्यू आर एस टी यू वी डब्ल्यू एक्स वाई"
    ),
    before_number=_words("सं क्र पृ चित्र"),
    closing=_words("कि.मी कि.ग्रा सेमी मिमी"),
)

# Words in other languages, or ends of sentences there.
_BY_LANGUAGE = {
    "fi": Abbreviations(inner=_words("esim ns")),
    "de": Abbreviations(
        inner=_words("em mult kfm hbf bhf"), before_number=_words("gl mind di mi do sa so"), closing=_words("min pers")
    ),
    "it": Abbreviations(inner=_words("es"), before_number=_words("gen mag giu lug ago set ott")),
    "fr": Abbreviations(inner=_words("env me mm"), before_number=_words("al")),
    "es": Abbreviations(before_number=_words("ago set")),
    "pl": Abbreviations(inner=_words("al os wg"), before_number=_words("ok ust pkt"), closing=_words("wyd red")),
}

_BY_SCRIPT = {
    "LATIN": _LATIN,
    "CYRILLIC": _CYRILLIC,
    "GREEK": _GREEK,
    "ARABIC": _ARABIC,
    "DEVANAGARI": _DEVANAGARI,
}
_TABLES = {("LATIN", language): _LATIN | more for language, more in _BY_LANGUAGE.items()}
_NONE = Abbreviations()


def abbreviations(script: str, language: str) -> Abbreviations:
    """Return what is abbreviated in this script, such as "LATIN", in an answer in this language, such as "de"."""
    return _TABLES.get((script, language)) or _BY_SCRIPT.get(script, _NONE)


ORDINAL_LANGUAGES = _words("cs da de et fi hr hu is lv nb nn no pl sk sl sr tr")
"""The languages that write "3." for "third"."""

ORDINAL_NOUNS = _words(
    "januar jänner februar märz april mai juni juli august september oktober november dezember jan feb "
    "mär mrz apr jun jul aug sep sept okt nov dez januari februari mars maj augusti ocak şubat mart nisan "
    "mayıs haziran temmuz ağustos eylül ekim kasım aralık jahrhundert jahrhunderts jh jhd jahrtausend "
    "weltkrieg weltkriegs platz stock stockwerk etage obergeschoss og klasse kapitel quartal halbjahr "
    "semester bundesliga liga geburtstag jubiläum jahrestag hochzeitstag auflage runde person"
)
"""What an ordinal number stands before, with a capital letter in some language; read as one in every answer."""

STARTERS = {
    "en": _words(
        "the a an it its he she they we i you this that these those there here in on at by for from to with "
        "below above under over next both each all some many no not one two three and but or so then now "
        "after before if when while as his her their our your my what who where why how please do is are "
        "click press another also however only behind beside between near inside outside left right top "
        "bottom"
    ),
    "de": _words(
        "der die das den dem des ein eine einen einem einer es er sie wir ich ihr du man dies diese dieser "
        "dieses diesen dort da hier im in an am auf aus bei mit nach von vom vor zu zum zur über unter unten "
        "oben links rechts neben daneben darunter darüber dahinter davor danach dann nun jetzt und aber oder "
        "denn doch wenn als ob weil während auch nur noch kein keine alle beide jede jeder jedes viele einige "
        "zwei drei vier sein seine ihre unser mein was wer wo wie warum bitte zwischen hinter ganz weiter "
        "weitere außerdem zudem insgesamt eventuell damit so um für durch ohne gegen seit bis laut zuerst "
        "zuletzt"
    ),
    "fr": _words(
        "le la les l un une des il elle ils elles on nous vous je tu ce cet cette ces c dans sur sous au aux "
        "en à de du d par pour avec sans et mais ou donc puis ensuite voici voilà son sa ses leur leurs mon "
        "ma mes y tout tous chaque quand si comme que qui où gauche droite"
    ),
    "es": _words(
        "el la los las un una unos unas lo él ella ellos ellas yo tú usted se este esta estos estas ese esa "
        "aquí allí en a al de del por para con sin y e pero o luego después hay su sus mi tu si cuando como "
        "que quien donde también todo todos cada debajo arriba abajo encima no es son"
    ),
    "it": _words(
        "il lo la i gli le l un uno una egli lui lei esso essi loro noi io tu questo questa questi queste qui "
        "in nel nella su sul sulla sotto sopra a al alla da dal di del con per e ma o poi c'è ci sono si non "
        "se quando come che"
    ),
    "pt": _words(
        "o a os as um uma ele ela eles elas nós eu você isto este esta estes estas isso aqui em no na nos nas "
        "de do da por para com sem e mas ou depois há seu sua se quando como que não é são também abaixo "
        "acima"
    ),
    "nl": _words(
        "de het een er hij zij ze wij we ik je u dit dat deze die hier daar in op aan bij met van voor naar "
        "uit en maar of dan daarna onder boven links rechts naast als toen wat wie waar hoe ook geen alle "
        "beide"
    ),
    "pl": _words(
        "to ten ta te jest są on ona ono oni my ja ty w we na nad pod przy obok z ze do od po i a ale lub "
        "albo potem następnie poniżej powyżej nie tak jak gdy jeśli co kto gdzie każdy wszystkie jego jej ich "
        "tu tam"
    ),
    "cs": _words(
        "to ten ta je jsou on ona v ve na nad pod u z ze do od po a ale nebo potom pak dole nahoře ne když jak co"
    ),
    "da": _words("det den de der han hun vi jeg i på under over ved med fra til og men eller så derefter en et her"),
    "sv": _words("det den de där han hon vi jag i på under över vid med från till och men eller så sedan en ett här"),
    "nb": _words("det den de der han hun vi jeg i på under over ved med fra til og men eller så deretter en et her"),
    "fi": _words("se ne hän he me minä on ja mutta tai sitten tässä siinä alla yllä kuvassa ikkunassa jos kun"),
    "hu": _words("a az ez egy ő ők mi én itt ott és de vagy majd alatta fölötte ha amikor"),
    "tr": _words("bu şu o bir biz ben onlar ve ama veya sonra burada orada altında üstünde eğer"),
    "ru": _words(
        "он она оно они мы я вы это этот эта эти здесь там в во на над под у с со из к от до по за и а но или "
        "затем потом если когда как что кто где его её их все каждый также внизу вверху слева справа не"
    ),
    "uk": _words(
        "він вона воно вони ми я ви це цей ця ці тут там у в на над під з із до від по за і й а але або потім "
        "якщо коли як що хто де його її їх усі кожен також внизу вгорі ліворуч праворуч не"
    ),
    "el": _words(
        "ο η το οι τα τον την του της των ένας μία μια ένα αυτό αυτός αυτή είναι σε στο στη στην στον στα με "
        "από για και αλλά ή μετά ύστερα εδώ εκεί κάτω πάνω δεν αν όταν όπως τι ποιος πού υπάρχει"
    ),
}
"""Words that often begin a sentence, by language."""

DEFAULT_STARTERS = {"LATIN": STARTERS["en"], "CYRILLIC": STARTERS["ru"], "GREEK": STARTERS["el"]}
"""Those of an answer in a language that has none, by script."""
