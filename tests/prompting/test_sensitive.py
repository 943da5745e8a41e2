"""What is masked in any text, and what is not."""

import pytest

from dbt_docsmith.prompting.sensitive import mask_sensitive

SENT = [
    "select cast(amount_cents / 100.0 as numeric(16, 2)) as amount, 2024 - 1 from orders",
    "where created_at between '2024-01-01' and '2024-12-31 23:59:59.999999+00:00'",
    "version 1.24.333.4444, build 20240131123456",
    "date_trunc('month', ordered_at), interval '30 days', 1000000000000",
    "coalesce(customer_id, -1) as access_key, token_count, password_changed_at",
    "case when status = 'gift_card_redeemed_in_store' then 1 else 0 end",
    "sha256(concat(email, '|', phone_number)) as customer_email_hash",
    "md5(cast(coalesce(cast(order_id as varchar), '_dbt_utils_surrogate_key_null_') as varchar))",
    "token: a short code that the shop gives a guest",
    "is_token = lower(raw_token)",
    "secret = {{ var('secret') }}",
    "9999999999999999",
    "fct_orders_with_a_very_long_name_indeed_2024",
]


@pytest.mark.parametrize("text", SENT)
def test_what_is_no_secret_stays(text: str) -> None:
    assert mask_sensitive(text) == text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("where email <> 'ann.o-neill+test@shop.example.com'", "where email <> '[masked e-mail]'"),
        ("-- ask jürgen@müller.example", "-- ask [masked e-mail]"),
        ("key 'AKIAIOSFODNN7EXAMPLE'", "key '[masked key]'"),
        ("-- sk-proj-abcDEF123456789_x", "-- [masked key]"),
        ("ghp_16C7e42F292c6912E7710c838347Ae178B4a", "[masked key]"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----", "[masked key]"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3", "[masked key]"),
        ("password = 'hunter2!'", "password = '[masked key]'"),
        ("api_key: Zx81-unguessable9", "api_key: [masked key]"),
        ("postgres://bob:s3cret@db/shop", "postgres://bob:[masked password]@db/shop"),
        ("'9f86d081884c7d659a2feaa0c55ad015'", "'[masked key]'"),
        ("paid with 4111 1111 1111 1111 once", "paid with [masked card] once"),
        ("4111111111111111", "[masked card]"),
        ("5500-0055-5555-5559", "[masked card]"),
        ("DE89 3704 0044 0532 0130 00", "[masked account]"),
        ("GB82WEST12345698765432", "[masked account]"),
        ("ssn 078-05-1120", "ssn [masked number]"),
        ("call +49 (0) 151 234 567 89", "call [masked phone]"),
        ("call (555) 010-9999 today", "call [masked phone] today"),
        ("0171 2345678", "[masked phone]"),
        ("'+15550109999'", "'[masked phone]'"),
    ],
)
def test_what_looks_like_a_secret_or_a_person_is_masked(text: str, masked: str) -> None:
    assert mask_sensitive(text) == masked
