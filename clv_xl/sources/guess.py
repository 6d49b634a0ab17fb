"""Which column is which, from names that shops, tills and accounting systems use in several languages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from clv_xl.core.orders import Columns
from clv_xl.sources.errors import SourceError

# The most telling names first. Letters and digits only, without accents.
_NAMES = {
    "customer": "customerid customer customerno customernumber custid clientid client userid user buyerid buyer "
    "memberid accountid account householdkey householdid customername customeremail email debitor "
    "kundennummer kundennr kundenid kunde idclient numeroclient codeclient cliente idcliente clienteid "
    "codigocliente klantnummer klant klantid codicecliente",
    "date": "orderdate invoicedate transactiondate transactiontimestamp purchasedate saledate date datetime timestamp "
    "createdat orderedat orderpurchasetimestamp processedat when day bestelldatum rechnungsdatum kaufdatum datum "
    "datecommande datefacture dateachat fecha fechapedido fechafactura data dataordine datafattura datapedido "
    "besteldatum factuurdatum",
    "amount": "amount totalamount orderamount lineamount revenue sales salesvalue sale total totalprice ordertotal "
    "linetotal subtotal value ordervalue monetaryvalue transactionamount invoiceamount dollarvalue spend spent net "
    "netamount betrag umsatz gesamtbetrag summe nettobetrag montant chiffredaffaires totalht importe monto ventas "
    "importo fatturato ricavo valor receita bedrag omzet",
    "quantity": "quantity qty units orderquantity itemquantity pieces menge anzahl stuckzahl quantite qte cantidad "
    "quantita quantidade aantal hoeveelheid",
    "price": "unitprice price itemprice priceperunit stuckpreis einzelpreis preis prixunitaire prix preciounitario "
    "precio prezzounitario prezzo precounitario preco stukprijs prijs",
    "order": "orderid orderno ordernumber order invoiceno invoice invoiceid invoicenumber transactionid transaction "
    "receiptid receipt basketid basket bestellnummer bestellnr auftragsnummer rechnungsnummer rechnungsnr belegnummer "
    "numerocommande numerofacture facture pedido idpedido numeropedido factura ordine numeroordine fattura ordernummer "
    "factuurnummer",
    "channel": "channel acquisitionchannel saleschannel utmsource source trafficsource referrer medium campaign kanal "
    "vertriebskanal canal canale kanaal",
    "cost": "cost costs totalcost linecost cogs costofgoods kosten wareneinsatz cout costo custo kostprijs",
    "currency": "currency currencycode wahrung waehrung devise moneda divisa valuta moeda",
}


def guess_columns(names: Sequence[str], **stated: str | None) -> Columns:
    """The columns by their names; what is `stated` (part -> column) goes before any guess.

    An amount goes before quantity × price. A price without a quantity is taken for the amount.
    Raises SourceError for a stated column that is not there, or where customer, date or amount are not found.
    """
    said = {part: name for part, name in stated.items() if name is not None}
    for part, name in said.items():
        if name not in names:
            raise SourceError(f'There is no column "{name}" for the {part}; there are: {", ".join(names)}.')
    found = dict(said)
    for part, known in _NAMES.items():
        guess = _first(names, known.split(), set(found.values()))
        if part not in found and guess is not None:
            found[part] = guess
    if "amount" in said and "quantity" not in said:
        found.pop("price", None)
    if {"quantity", "price"} <= said.keys() and "amount" not in said:
        found.pop("amount", None)
    if "amount" not in found and "price" in found and "quantity" not in found:
        found["amount"] = found.pop("price")
    if "amount" in found:
        found.pop("price", None)
    _require(found, names)
    return Columns(**found)


def _first(names: Sequence[str], known: list[str], taken: set[str]) -> str | None:
    plain = {_plain(name): name for name in reversed(names) if name not in taken}
    return next((plain[k] for k in known if k in plain), None)


def _plain(name: str) -> str:
    bare = unicodedata.normalize("NFKD", name.replace("ß", "ss")).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]", "", bare)


def _require(found: dict[str, str], names: Sequence[str]) -> None:
    missing = [part for part in ("customer", "date") if part not in found]
    if "amount" not in found and not {"quantity", "price"} <= found.keys():
        missing.append("amount")
    if missing:
        options = ", ".join(f"--{part}" for part in missing)
        raise SourceError(
            f"No column was recognised for the {' and the '.join(missing)}; say which with {options}. "
            f"There are: {', '.join(names)}."
        )
