import datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import NameOID

from dbt_docsmith.llm.issuer import issuer_name

KEY = ec.generate_private_key(ec.SECP256R1())
TODAY = datetime.datetime(2026, 11, 21)


@pytest.mark.parametrize(
    ("attributes", "name"),
    [
        ([(NameOID.COMMON_NAME, "Orchard Root CA")], "Orchard Root CA"),
        ([(NameOID.COUNTRY_NAME, "NL"), (NameOID.COMMON_NAME, "Bèta CA")], "Bèta CA"),
        ([(NameOID.ORGANIZATION_NAME, "Orchard"), (NameOID.COMMON_NAME, "Root")], "Root"),
        ([(NameOID.ORGANIZATION_NAME, "Orchard")], "Orchard"),
        (
            [(NameOID.ORGANIZATION_NAME, "O" * 60), (NameOID.COMMON_NAME, "C" * 60), (NameOID.TITLE, "T" * 60)],
            "C" * 60,
        ),
        ([(NameOID.COUNTRY_NAME, "NL")], ""),
        ([], ""),
    ],
)
def test_the_issuer_is_called_what_a_person_knows_it_by(
    attributes: list[tuple[x509.ObjectIdentifier, str]], name: str
) -> None:
    issuer = x509.Name([x509.NameAttribute(kind, text) for kind, text in attributes])
    assert issuer_name(signed(issuer)) == name


def test_a_name_in_two_byte_characters_is_read_too() -> None:
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Žluťák CA", _type=_ASN1Type.BMPString)])
    assert issuer_name(signed(issuer)) == "Žluťák CA"


def signed(issuer: x509.Name) -> bytes:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "llm.example")])
    day = datetime.timedelta(days=1)
    builder = x509.CertificateBuilder(issuer, subject, KEY.public_key(), 1, TODAY - day, TODAY + day)
    return builder.sign(KEY, hashes.SHA256()).public_bytes(Encoding.DER)
