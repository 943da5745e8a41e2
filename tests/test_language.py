import pytest

from dbt_docsmith.language import other_language, usual_language

IN = {
    "English": "When the parcel left the warehouse, and null for those that are still there.",
    "German": "Zeitpunkt, zu dem das Paket das Lager verlassen hat; leer, wenn es noch nicht versandt wurde.",
    "French": "Date à laquelle le colis est parti de l'entrepôt, vide pour les colis qui ne sont pas partis.",
    "Spanish": "Fecha en la que el paquete salió del almacén, vacía para los que no han salido.",
    "Portuguese": "Data em que o pacote saiu do armazém; vazia para os que ainda não foram enviados.",
    "Italian": "Data in cui il pacco ha lasciato il magazzino, vuota per quelli che non sono partiti.",
    "Dutch": "Moment waarop het pakket het magazijn verliet, leeg voor pakketten die er nog niet uit zijn.",
    "Polish": "Data, kiedy paczka opuściła magazyn i czy została wysłana do klienta, który ją zamówił.",
    "Russian": "Когда посылка покинула склад.",
    "Japanese": "荷物が倉庫を出た日時。",
    "Chinese": "包裹离开仓库的时间。",
    "Korean": "소포가 창고를 떠난 시각.",
}


@pytest.mark.parametrize("language", IN)
def test_a_sentence_tells_its_language(language: str) -> None:
    wanted = "German" if language == "English" else "English"
    assert other_language(IN[language], wanted) == language
    assert other_language(IN[language], language) is None


@pytest.mark.parametrize(
    "text",
    [
        "Status",
        "Kundennummer",
        "int, foreign key to `users_user`",
        "Die cast number",
        "Name of the café, as in `la_liste_des_cafes`.",
        "El Paso and Los Angeles, and the ports of La Union.",
        "",
    ],
)
def test_a_name_or_a_few_words_are_no_other_language(text: str) -> None:
    assert other_language(text, "English") is None


@pytest.mark.parametrize("wanted", ["de", "Deutsch", "German (Austria)", "de-AT", " german "])
def test_a_language_is_known_by_its_names(wanted: str) -> None:
    assert other_language(IN["German"], wanted) is None
    assert other_language(IN["English"], wanted) == "English"


def test_nothing_is_said_where_the_wanted_language_is_not_known() -> None:
    assert other_language(IN["German"], "Klingon") is None


@pytest.mark.parametrize("language", IN)
def test_most_texts_tell_the_usual_language(language: str) -> None:
    other = "German" if language == "English" else "English"
    assert usual_language([IN[language], "order_id"] * 5 + [IN[other]] * 3) == language


@pytest.mark.parametrize("texts", [[], ["order_id"] * 9, [IN["German"]], [IN["German"], IN["English"]] * 9])
def test_too_few_texts_or_too_mixed_ones_tell_none(texts: list[str]) -> None:
    assert usual_language(texts) is None
