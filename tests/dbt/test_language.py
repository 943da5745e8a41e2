"""Which language texts are written in."""

from __future__ import annotations

import pytest

from dbt_docsmith.dbt.language import guess_language

TEXTS = {
    "English": "The number of the order that was paid by the customer, which is unique for each of the shops.",
    "German": "Die Nummer der Bestellung, die von dem Kunden bezahlt wurde; sie ist für jede Filiale eine andere.",
    "French": "Le numéro de la commande qui est payée par le client, et une date dans les cas où elle est connue.",
    "Spanish": "El número del pedido que fue pagado por el cliente, y la fecha con la que consta en los libros.",
    "Portuguese": "O número do pedido que foi pago por uma cliente, e a data com que consta nos livros dos anos.",
    "Italian": "Il numero della fattura che è stato pagato dal cliente, e la data per ogni riga delle fatture.",
    "Dutch": "Het nummer van de bestelling die door een klant is betaald, en de datum waarop het werd verstuurd.",
    "Japanese": "注文の番号です。顧客が支払った日付を含みます。",
    "Chinese": "客户支付的订单编号",
    "Korean": "고객이 결제한 주문 번호",
    "Russian": "Номер заказа, который оплатил клиент",
}


@pytest.mark.parametrize("language", TEXTS)
def test_it_is_told_from_a_dozen_sentences(language: str) -> None:
    assert guess_language([TEXTS[language]] * 12) == language


def test_a_few_foreign_texts_change_nothing() -> None:
    assert guess_language([TEXTS["German"]] * 9 + [TEXTS["English"]] * 2) == "German"


@pytest.mark.parametrize(
    "texts", [[], ["order_id"] * 100, ["The number of the order.", "x"], [TEXTS["German"], TEXTS["English"]] * 9]
)
def test_too_little_or_too_mixed_is_not_told(texts: list[str]) -> None:
    assert guess_language(texts) is None
