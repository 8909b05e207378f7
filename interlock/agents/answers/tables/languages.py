"""Plain yes and no in languages other than English, where the settings want them; elsewhere they are unclear."""

YES = {
    "de": "ja|jawohl|genau|richtig|stimmt|gerne|ja bitte|ja gerne|ja genau|das stimmt",
    "es": "si|sí|claro|correcto|por supuesto|si por favor|sí por favor|vale",
    "fr": "oui|d'accord|bien sûr|oui merci|oui s'il vous plaît|c'est ça|exactement",
    "hi": "haan|haan ji|ji haan|ji|sahi hai|theek hai",
    "it": "si|sì|certo|va bene|esatto|sì grazie",
    "nl": "ja|jawel|klopt|graag|ja graag",
    "pl": "tak|zgadza się|oczywiście|tak proszę",
    "tr": "evet|tamam|doğru|evet lütfen",
}

NO = {
    "de": "nein|nee|nein danke|lieber nicht|falsch",
    "es": "no gracias|para nada|incorrecto",
    "fr": "non|non merci|pas du tout",
    "hi": "nahi|nahin|nahi ji|ji nahi",
    "it": "no grazie|per niente|sbagliato",
    "nl": "nee|nee dank je|liever niet",
    "pl": "nie|nie dziękuję",
    "tr": "hayır|hayır teşekkürler|yok",  # noqa: RUF001
}
