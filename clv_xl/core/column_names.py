"""How shops, tills and accounting systems name the columns of an order log, in several languages."""

from __future__ import annotations

import unicodedata
from functools import cache

NAMES = {
    "customer": "customeruniqueid customerid customer customers customerno customernumber custid clientid client "
    "userid user buyerid buyer memberid accountid account householdkey householdid customername customeremail email "
    "debitor kundennummer kundennr kundenid kunde kunden idclient numeroclient codeclient cliente idcliente clienteid "
    "codigocliente klantnummer klant klantid codicecliente musteri musterino musteriadi customerkey customernum "
    "customercode clientcode clientno clientnumber buyeremail payeremail billingemail clienteemail "
    "客戶 客户 顧客 顾客 ลูกค้า รหัสลูกค้า",
    "date": "orderdate invoicedate transactiondate transactiontimestamp purchasedate saledate date datetime timestamp "
    "createdat orderedat orderpurchasetimestamp processedat when day bestelldatum rechnungsdatum kaufdatum datum "
    "datecommande datefacture dateachat fecha fechapedido fechafactura data dataordine datafattura datapedido "
    "besteldatum factuurdatum tarih siparistarihi createddateutc createdutc createddate datecreated dateordered "
    "verkaufsdatum datevente fechaventa fechacompra datavenda datacompra datavendita dataacquisto verkoopdatum "
    "aankoopdatum satistarihi 日期 訂單日期 订单日期 วันที่ วันที่สั่งซื้อ",
    "amount": "amount totalamount orderamount lineamount revenue sales salesvalue sale total totalprice ordertotal "
    "linetotal subtotal value ordervalue monetaryvalue transactionamount invoiceamount dollarvalue spend spent net "
    "netamount betrag umsatz gesamtbetrag summe nettobetrag montant chiffredaffaires totalht importe monto ventas "
    "importo fatturato ricavo valor receita bedrag omzet tutar ciro netsales netrevenue salesamount saleamount "
    "totalsales totalrevenue 金額 金额 จำนวนเงิน ยอดเงิน ยอดขาย",
    "quantity": "quantity qty units orderquantity itemquantity pieces menge anzahl stuckzahl quantite qte cantidad "
    "quantita quantidade aantal hoeveelheid adet miktar 數量 数量 จำนวน",
    "price": "unitprice price itemprice priceperunit stuckpreis einzelpreis preis prixunitaire prix preciounitario "
    "precio prezzounitario prezzo precounitario preco stukprijs prijs birimfiyat fiyat valorunitario 單價 单价 ราคา",
    "order": "orderid orderno ordernumber order invoiceno invoice invoiceid invoicenumber transactionid transaction "
    "receiptid receipt basketid basket bestellnummer bestellnr auftragsnummer rechnungsnummer rechnungsnr belegnummer "
    "numerocommande numerofacture facture pedido idpedido numeropedido factura ordine numeroordine fattura "
    "ordernummer factuurnummer siparisno siparis salesordernumber ordernum ordercode vendaid idvenda numerovenda "
    "idventa numeroventa pedidoid 訂單編號 订单编号 เลขที่ใบสั่งซื้อ",
    "channel": "channel acquisitionchannel saleschannel utmsource source trafficsource referrer medium campaign kanal "
    "vertriebskanal canal canale kanaal 渠道 通路 ช่องทาง",
    "cost": "cost costs totalcost linecost cogs costofgoods kosten wareneinsatz cout costo custo kostprijs maliyet "
    "成本",
    "currency": "currency currencycode ordercurrency ordercurrencycode transactioncurrency paymentcurrency "
    "presentmentcurrency currencyiso currencyisocode isocurrency ccy cur wahrungscode valutacode codigomoneda wahrung "
    "waehrung devise moneda divisa valuta moeda parabirimi 貨幣 货币 幣別 สกุลเงิน",
    "status": "status orderstatus financialstatus paymentstatus transactionstatus orderstate fulfillmentstatus "
    "bestellstatus zahlungsstatus statut estadopedido statoordine situacao durum siparisdurumu cancelled canceled "
    "iscancelled iscanceled cancelledat canceledat storniert annule cancelado 狀態 状态 訂單狀態 สถานะ",
    "refunded": "refundedamount amountrefunded refundamount refunded refund refunds totalrefunded totalrefund "
    "refundtotal amountrefundedtotal erstattet erstattung erstatteterbetrag rembourse montantrembourse reembolso "
    "importereembolsado rimborso importorimborsato terugbetaald iade iadetutari refundedtotal 退款 退款金額 คืนเงิน",
    "email": "email emailaddress billingemail customeremail buyeremail payeremail contactemail shippingemail mail "
    "emailadresse kundenemail adressemail correo correoelectronico courriel eposta indirizzoemail 電子郵件 อีเมล",
}
"""For each part of a log the names of its column, the most telling first: letters and digits only, without accents."""

_HEADINGS = {
    "customer": "name fullname kundenname clientname company companyname shopper emailaddress "
    "customeremailaddress nomduclient",
    "date": "month months monat mois mes mese mesi ay maand period",
    "amount": "mrr monthlyrecurringrevenue",
    "group": "group groups groupname segment region country category gruppe segmento categoria",
}
"""More names of columns in ranges of a worksheet."""

_AMBIGUOUS = ("source", "referrer", "medium", "campaign")
"""Names of columns that are as well names of channels."""


def plain_name(name: str) -> str:
    """A column's name for comparison: letters and digits only, without accents and case."""
    parts = unicodedata.normalize("NFKD", name.replace("ß", "ss").replace("ı", "i")).casefold()
    return "".join(c for c in parts if c.isalnum())


@cache
def headings(part: str) -> frozenset[str]:
    """The names, as `plain_name` has them, by which the first row of a column is known to be its heading.

    `part` is a part of a log, or "group" for a channel or any other group.
    """
    names = NAMES.get("channel" if part == "group" else part, "").split() + _HEADINGS.get(part, "").split()
    return frozenset(plain_name(name) for name in names if part != "group" or name not in _AMBIGUOUS)
