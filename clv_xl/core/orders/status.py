"""Whether orders happened: what a shop's status columns say, in the words of several languages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import narwhals.stable.v2 as nw

from clv_xl.core.column_names import plain_name
from clv_xl.core.orders.engines import Frame, rows
from clv_xl.core.orders.rules import Columns, OpenQuestion, OrderRules, OrdersError

Kind = Literal["not", "back", "return", "open", "done"]
"""Orders that did not happen, that were paid back; lines that pay back; orders that are open, that happened."""

_WORDS: dict[Kind, str] = {
    "not": "cancelled canceled cancelled_by_customer canceled_by_customer cancellation failed failure voided void "
    "draft expired declined denied rejected abandoned deleted trash error not_completed uncollectible storniert storno "
    "abgebrochen fehlgeschlagen abgelehnt entwurf abgelaufen annulé annulée échoué échouée refusé refusée brouillon "
    "expiré cancelado cancelada anulado anulada fallido fallida rechazado rechazada borrador recusado recusada falhou "
    "rascunho expirado expirada annullato annullata fallito fallita rifiutato rifiutata bozza scaduto geannuleerd "
    "mislukt geweigerd concept verlopen iptal iptal_edildi başarısız reddedildi taslak 已取消 取消 交易关闭 交易關閉 "
    "失败 失敗 ยกเลิก ยกเลิกแล้ว ล้มเหลว",
    "back": "refunded fully_refunded chargeback charged_back reversed returned erstattet rückerstattet "
    "zurückerstattet retourniert remboursé remboursée retourné reembolsado reembolsada devuelto devuelta devolvido "
    "devolvida estornado estornada rimborsato rimborsata reso restituito terugbetaald geretourneerd iade iade_edildi "
    "已退款 退款 คืนเงิน คืนเงินแล้ว",
    "return": "return returns refund refunds credit credit_note credit_memo creditnote creditmemo retoure rückgabe "
    "rücksendung gutschrift rechnungskorrektur avoir remboursement retour devolución devolucion nota_de_crédito "
    "nota_de_credito devolução reso_merce nota_di_credito creditnota iade_faturası",
    "open": "pending pending_payment payment_pending on_hold hold awaiting_payment waiting_for_payment authorized "
    "authorised unpaid outstanding open checkout_draft created incomplete offen ausstehend wartend unbezahlt "
    "zahlung_ausstehend en_attente en_attente_de_paiement impayé autorisé pendiente pendiente_de_pago en_espera "
    "autorizado pendente aguardando aguardando_pagamento in_attesa in_sospeso non_pagato autorizzato in_afwachting "
    "openstaand onbetaald beklemede ödeme_bekliyor bekliyor 待付款 待处理 待處理 未付款 รอชำระเงิน รอดำเนินการ",
    "done": "paid completed complete processing shipped delivered fulfilled partially_refunded partially_paid closed "
    "invoiced approved succeeded success successful captured settled active done sent in_transit ready yes ok bezahlt "
    "abgeschlossen versendet versandt geliefert in_bearbeitung teilweise_erstattet payé payée terminé terminée expédié "
    "expédiée livré livrée pagado pagada completado completada enviado enviada entregado entregada pago concluído "
    "concluída pagato pagata completato completata spedito spedita consegnato consegnata betaald voltooid verzonden "
    "geleverd afgerond ödendi tamamlandı gönderildi teslim_edildi kargoda 已付款 已完成 已发货 已發貨 交易成功 "
    "ชำระแล้ว สำเร็จ จัดส่งแล้ว",
}
_KINDS = {plain_name(word): kind for kind, words in _WORDS.items() for word in words.split()}
_SPELLED = sorted(
    {
        word.casefold().replace("_", gap)
        for kind in ("not", "back", "return", "open")
        for word in _WORDS[kind].split()
        for gap in (" ", "_", "-", "")
    }
)
_TRUE = {"1", "1.0", "true", "yes", "y", "x", "t", "ja", "oui", "si", "sí", "sim", "evet", "wahr", "是"}
_FALSE = {"0", "0.0", "false", "no", "n", "f", "-", "nein", "non", "não", "nee", "hayır", "falsch", "否"}
_FLAG = re.compile(
    r"(?:is|was|ist|has|order)?(?:cancell?ed|cancel|cancellation|storniert|storno|annule|cancelado|geannuleerd|"
    r"iptaledildi|void|voided|deleted)(?:flag)?"
)
_FLAG_BACK = re.compile(r"(?:is|was|ist|order)?(?:refunded|returned|erstattet|rembourse|reembolsado)(?:flag)?")
_MOMENT = re.compile(
    r"(?:order)?(?:cancell?ed|cancell?ation|cancel|void|voided|deleted)(?:at|on|date|time)|stornodatum|storniertam"
)
_HEADER = re.compile(r"status|statut|estadopedido|statoordine|durum|situacao|狀態|状态|สถานะ")
_OF_OTHERS = re.compile(
    r"customer|kunde|client|cliente|musteri|subscri|mail|member|account|product|produkt|article|item|size|categ|reason|"
    r"note|comment|country|city|stage|level|tier|ticket"
)
"""Headers of columns that are on something else than an order, whatever words they hold."""
_OF_SHIPPING = re.compile(r"fulfil|shipp|deliver|versand|liefer|lineitem|expedition|envio|kargo")
_FEW = 20


@dataclass(slots=True)
class Statuses:
    """Which lines did not happen, as an expression, None where all did; what that row of the account says; remarks."""

    left_out: nw.Expr | None = None
    done: str = ""
    remarks: list[str] = field(default_factory=list)
    kept: list[Any] = field(default_factory=list)
    """The statuses that count, where they were stated."""


def kind_of(header: str, value: Any) -> Kind | None:
    """What a cell of a status column says of its order; None for a word that nobody knows, and for a blank."""
    text = str(value).strip() if value is not None else ""
    plain = plain_name(header)
    if _MOMENT.fullmatch(plain):
        return "not" if re.search("[1-9]", text) else None  # not for 0000-00-00, which means never
    word = plain_name(text)
    kind = _KINDS.get(word) or _KINDS.get(word.removeprefix("wc"))
    if _FLAG.fullmatch(plain) and text:
        dated = re.search(r"[1-9][0-9]{3}|[0-9][-./][0-9]", text)
        return "not" if text.casefold() in _TRUE or dated else "done" if text.casefold() in _FALSE else kind
    if _FLAG_BACK.fullmatch(plain) and text:
        return "back" if text.casefold() in _TRUE else "done" if text.casefold() in _FALSE else kind
    return kind


def status_columns(log: Frame, header: Mapping[str, str], columns: Columns, rules: OrderRules) -> list[str]:
    """The columns that say whether orders happened: the one that is stated or recognised, then those beside it.

    Beside it are columns with a header of that kind, and those with few values of which some are such words. `header`
    has the names that are shown by internal ones, in which `columns` are stated.
    """
    primary = [columns.status] if columns.status is not None else []
    if "status" in rules.named and rules.status in (None, ("all",)):
        return primary
    schema = log.collect_schema()
    others = [
        n for n in schema.names() if n not in columns.named.values() and not _OF_OTHERS.search(plain_name(header[n]))
    ]
    by_header = [n for n in others if any(p.fullmatch(plain_name(header[n])) for p in (_FLAG, _FLAG_BACK, _MOMENT))]
    texts = [n for n in others if n not in by_header and isinstance(schema[n], nw.String | nw.Categorical | nw.Enum)]
    by_header += [n for n in texts if _HEADER.search(plain_name(header[n]))]
    texts = [n for n in texts if n not in by_header]
    return primary + by_header + _with_words(log, texts)


def _with_words(log: Frame, names: Sequence[str]) -> list[str]:
    """Columns of few values among which are words such as cancelled, and no cell that could be free text."""
    if not names:
        return []
    hits = {
        f"n{i}": nw.col(name)
        .cast(nw.String)
        .str.strip_chars()
        .str.to_lowercase()
        .is_in(_SPELLED)
        .fill_null(False)
        .cast(nw.Int64)
        .sum()
        for i, name in enumerate(names)
    }
    found = rows(log.select(**hits))[0]
    candidates = [name for i, name in enumerate(names) if found[f"n{i}"]]
    return [n for n in candidates if len(rows(log.select(value=nw.col(n)).unique().head(_FEW + 1))) <= _FEW]


def filled_by_order(frame: Frame, names: Sequence[str]) -> Frame:
    """Blank statuses of an order's further lines become that of its line that has one."""
    for name in names:
        frame = frame.with_columns(nw.when(nw.col(name).str.strip_chars() != "").then(nw.col(name)).alias(name))
    if "order" not in frame.collect_schema().names():
        return frame
    known = frame.filter(~nw.col("order").is_null()).group_by("order")
    first = known.agg(**{f"_{name}": nw.col(name).max() for name in names})
    filled = frame.join(first, on="order", how="left")
    values = {name: nw.coalesce(nw.col(name), nw.col(f"_{name}")) for name in names}
    return filled.with_columns(**values).drop(*(f"_{name}" for name in names))


def statuses(frame: Frame, names: Sequence[str], headers: Sequence[str], rules: OrderRules) -> Statuses:
    """What the status columns `names` of typed lines say; `headers` are their names in the log.

    Raises OpenQuestion where orders are open, or left-out ones hold refunds of others.
    """
    amount = nw.col("amount").fill_null(0.0)
    has_refunds = "refunded" in frame.collect_schema().names()
    counted = frame.with_columns(
        _money=amount,
        _less=nw.when(amount < 0).then(amount).otherwise(0.0),
        _refunded=(nw.col("refunded") > 0) if has_refunds else nw.lit(False),
    )
    sums = {"lines": nw.len(), "money": nw.col("_money").sum(), "less": nw.col("_less").sum()}
    found = rows(counted.group_by(*names, "_refunded").agg(**sums))
    if rules.status is None:
        return _no_stray_refunds(frame, _by_words(found, names, headers))
    said = _as_stated(found, names[0], headers[0], rules.status)
    if said.left_out is None or len(names) == 1:
        return said
    rest = _by_words([r for r in found if r[names[0]] in said.kept], names[1:], headers[1:])
    if rest.left_out is not None:
        said.left_out = said.left_out | rest.left_out
        said.done = "; ".join(part for part in (said.done, rest.done) if part)
    said.remarks += rest.remarks
    return said


def _no_stray_refunds(frame: Frame, said: Statuses) -> Statuses:
    """Refuse refunds that count while the orders that they are of do not."""
    if said.left_out is None or "order" not in frame.collect_schema().names():
        return said
    out = said.left_out.fill_null(False)
    gone = frame.filter(out & (nw.col("amount") > 0).fill_null(False) & ~nw.col("order").is_null())
    less = frame.filter(~out & (nw.col("amount") < 0).fill_null(False))
    gone = gone.select("order", "customer").unique()
    stray = rows(
        less.join(gone, on=["order", "customer"], how="semi").select(n=nw.len(), money=nw.col("amount").sum())
    )[0]
    if stray["n"]:
        raise OpenQuestion(
            f"{stray['n']:,} lines of {stray['money']:,.2f} are refunds of orders that did not happen and would be "
            "left out; say which ones count.",
            [["--status=all"]],
        )
    return said


def _text(value: Any) -> str:
    """A status as it is written, and codes that are numbers without the point that engines give them."""
    return re.sub(r"^(-?[0-9]+)\.0$", r"\1", str(value).strip())


def _as_stated(found: list[dict[str, Any]], name: str, header: str, stated: Sequence[str]) -> Statuses:
    values = {r[name]: _text(r[name]) for r in found if r[name] is not None}
    wanted = {word.strip().casefold() for word in stated}
    if wanted == {"all"} and "all" not in map(str.casefold, values.values()):
        return Statuses(remarks=[f'Orders count with whatever is in "{header}", as stated.'])
    blank = "blank" in wanted and any(r[name] is None for r in found)
    unknown = [
        w
        for w in stated
        if not (blank and w.strip().casefold() == "blank")
        and w.strip().casefold() not in {v.casefold() for v in values.values()}
    ]
    if unknown:
        raise OrdersError(
            f'"{header}" holds no "{unknown[0]}"; there are: {_listed(sorted(set(values.values())), 20)}.'
        )
    kept = [raw for raw, text in values.items() if text.casefold() in wanted]
    kept += [None] if blank else []
    out = [r for r in found if r[name] not in kept]
    return Statuses(
        ~(nw.col(name).is_in(kept).fill_null(False) | (nw.col(name).is_null() & nw.lit(blank))),
        f"left out, as only {_listed(list(stated))} counts: {_amounts(out, name)}" if out else "",
        [f'Orders count with "{header}" {_listed([values[k] for k in kept if k is not None])}, as stated.'],
        kept,
    )


def _by_words(found: list[dict[str, Any]], names: Sequence[str], headers: Sequence[str]) -> Statuses:
    said = Statuses()
    conditions = []
    for name, header in zip(names, headers, strict=True):
        kinds = {r[name]: kind_of(header, r[name]) for r in found}
        opened = [v for v, k in kinds.items() if k == "open"]
        gone = [v for v, k in kinds.items() if k == "not"]
        back = [v for v, k in kinds.items() if k == "back"]
        returns = [v for v, k in kinds.items() if k == "return" and not _only_refunds(found, name, v)]
        if returns:
            raise _question(found, name, header, returns, _RETURNS)
        if opened and not _OF_SHIPPING.search(plain_name(header)):
            raise _question(found, name, header, opened, "did not happen yet")
        for values in (gone, back):
            if values and _holds_refunds_of_others(found, name, values):
                raise _question(found, name, header, values, "hold refunds beside sales")
        back = _with_refunds_elsewhere(found, name, header, back, [*gone, *back], said.remarks)
        gone = [v for v in gone if not _only_refunds(found, name, v)]
        back = [v for v in back if not _only_refunds(found, name, v)]
        if gone:
            conditions.append(nw.col(name).is_in(gone).fill_null(False))
        if back:
            beside = nw.col("refunded") > 0 if any(r["_refunded"] for r in found) else nw.lit(False)
            conditions.append(nw.col(name).is_in(back).fill_null(False) & ~beside)
        out = [r for r in found if r[name] in gone or (r[name] in back and not r["_refunded"])]
        if out:
            said.done += f"{'; ' if said.done else 'left out: '}{_amounts(out, name)}"
        rest = [r for r in found if r not in out]
        if any(r[name] is not None for r in rest) and not _MOMENT.fullmatch(plain_name(header)):
            said.remarks.append(f'Orders count with "{header}" {_amounts(rest, name)}.')
    for condition in conditions:
        said.left_out = condition if said.left_out is None else said.left_out | condition
    return said


_RETURNS = (
    "pay money back, and the amounts are positive; write those as negative to take them off, or say what counts, for "
    "them as sales"
)


def _with_refunds_elsewhere(
    found: list[dict[str, Any]],
    name: str,
    header: str,
    back: Sequence[Any],
    left_out: Sequence[Any],
    remarks: list[str],
) -> list[Any]:
    """The statuses of refunded orders that may be left out: none where their refunds stand as lines of other statuses.

    Raises OpenQuestion where there are such lines and they may be refunds of other orders.
    """
    orders = [r for r in found if r[name] in back and not r["_refunded"] and not _only_refunds(found, name, r[name])]
    sold = sum(r["money"] for r in orders)
    refunds = sum(r["less"] for r in found if r[name] not in left_out or _only_refunds(found, name, r[name]))
    if not sold or not refunds:
        return list(back)
    if abs(sold + refunds) < 0.005:
        remarks.append(
            f"Refunded orders count, since their refunds stand as lines of their own: {_amounts(orders, name)}."
        )
        return []
    raise _question(
        found,
        name,
        header,
        back,
        f"were refunded, while other lines are refunds of {-refunds:,.2f}, perhaps of the same",
    )


def _only_refunds(found: Iterable[dict[str, Any]], name: str, value: Any) -> bool:
    """Whether lines with that status are refunds themselves: negative, and nothing else."""
    lines = [r for r in found if r[name] == value]
    less = sum(r["less"] for r in lines)
    return bool(less < 0 and abs(sum(r["money"] for r in lines) - less) < 0.005)


def _holds_refunds_of_others(found: Iterable[dict[str, Any]], name: str, values: Sequence[Any]) -> bool:
    """Whether refunds among lines to be left out may be refunds of lines that are kept: they do not cancel out."""
    lines = [r for r in found if r[name] in values and not _only_refunds(found, name, r[name])]
    return bool(sum(r["less"] for r in lines) < 0 and abs(sum(r["money"] for r in lines)) >= 0.005)


def _question(found: list[dict[str, Any]], name: str, header: str, values: Sequence[Any], why: str) -> OpenQuestion:
    asked = [r for r in found if r[name] in values]
    counting = sorted(
        {_text(r[name]) for r in found if r[name] is not None and kind_of(header, r[name]) in ("done", None)}
    )
    counting += ["blank"] if any(r[name] is None for r in found) else []
    counting = list({v.casefold(): v for v in reversed(counting)}.values())[::-1]
    answers = [[f"--status={v}" for v in counting]] if counting else []
    answers += [[f"--status={v}" for v in [*counting, *map(_text, values)]], ["--status=all"]]
    column = [] if name == "status0" else [f"--status-column={header}"]
    return OpenQuestion(
        f'"{header}" says of some orders that they {why}: {_amounts(asked, name)}. Say which ones count.',
        [[*column, *answer] for answer in answers],
    )


def _amounts(found: Iterable[dict[str, Any]], name: str) -> str:
    """Values with their lines and money, the most frequent first."""
    sums: dict[str, list[float]] = {}
    for row in found:
        shown = "blank" if row[name] is None else f'"{_text(row[name])}"'
        there = sums.setdefault(shown, [0, 0.0])
        there[0] += row["lines"]
        there[1] += row["money"] or 0.0
    ordered = sorted(sums.items(), key=lambda item: (-item[1][0], item[0]))
    shown_ones = [f"{v} ({n:,} line{'s' if n != 1 else ''}, {money:,.2f})" for v, (n, money) in ordered[:_FEW]]
    return ", ".join(shown_ones) + (f" and {len(ordered) - _FEW} more" if len(ordered) > _FEW else "")


def _listed(values: Sequence[str], most: int = 10) -> str:
    return ", ".join(f'"{v}"' for v in values[:most]) + ("…" if len(values) > most else "")
