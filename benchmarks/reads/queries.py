"""The five questions, as our API, the peer and a hand-written route are asked them, with what makes their answers equal."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One question. `variables` are taken in turn; `told` and `peer_told` bring answers to one form to compare them by."""

    name: str
    ours: str
    peer: str
    sql: str | None
    variables: Callable[[Mapping[str, Any]], list[dict[str, Any]]]
    told: Callable[[Any], Any]
    peer_told: Callable[[Any], Any]


A = Query(
    name="A",
    ours="""query A($status: [InvoiceStatus!]) { invoices(first: 50, filter: {status: $status}) {
        pageInfo { hasNextPage endCursor }
        nodes { id number ocr customerName status issuedOn dueOn total { amountCents currency } paid { amountCents }
          tenant { id name country } payments(first: 5) { id method status paidAt providerReference amount { amountCents } } } } }""",
    peer="""query A($status: String) { allInvoices(first: 50, condition: {status: $status}, orderBy: [ISSUED_ON_DESC, ROW_ID_DESC]) {
        pageInfo { hasNextPage endCursor }
        nodes { rowId number ocr customerName status issuedOn dueOn totalCents currency paidCents
          tenantByTenantId { rowId name country }
          paymentsByInvoiceId(first: 5, orderBy: [PAID_AT_ASC, ROW_ID_ASC]) { nodes {
            rowId method status paidAt providerReference amountCents } } } } }""",
    sql="""select json_build_object('data', json_build_object('invoices', json_build_object('nodes', coalesce(json_agg(
          json_build_object('id', id, 'number', number, 'ocr', ocr, 'customerName', customer_name, 'status', status,
            'issuedOn', issued_on, 'dueOn', due_on, 'total', json_build_object('amountCents', total_cents, 'currency', currency),
            'paid', json_build_object('amountCents', paid_cents), 'tenant', tenant, 'payments', payments)), '[]'))))::text
        from (select 'invoice_' || replace(i.id::text, '-', '') as id, i.number, i.ocr, i.customer_name, i.status, i.issued_on,
            i.due_on, i.total_cents, i.currency, i.paid_cents,
            json_build_object('id', 'tenant_' || replace(t.id::text, '-', ''), 'name', t.name, 'country', t.country) as tenant,
            (select coalesce(json_agg(json_build_object('id', 'payment_' || replace(p.id::text, '-', ''), 'method', p.method,
              'status', p.status, 'paidAt', p.paid_at, 'providerReference', p.provider_reference,
              'amount', json_build_object('amountCents', p.amount_cents))), '[]')
              from (select * from payment p where p.invoice_id = i.id order by p.paid_at, p.id limit 5) p) as payments
          from invoice i join tenant t on t.id = i.tenant_id
         where i.status = any(array[$1::text]) order by i.issued_on desc, i.id desc limit 50) page""",
    variables=lambda _: [{"status": status} for status in ("PAID", "OPEN")],
    told=lambda data: [
        (one["number"], one["total"]["amountCents"], one["tenant"]["name"], [p["providerReference"] for p in one["payments"]])
        for one in data["invoices"]["nodes"]
    ],
    peer_told=lambda data: [
        (one["number"], int(one["totalCents"]), one["tenantByTenantId"]["name"],
         [p["providerReference"] for p in one["paymentsByInvoiceId"]["nodes"]])
        for one in data["allInvoices"]["nodes"]
    ],
)  # fmt: skip

B = Query(
    name="B",
    ours="""query B($id: ID!) { payment(id: $id) { id method status paidAt providerReference amount { amountCents currency }
        fee { amountCents } invoice { id number status total { amountCents } dueOn } tenant { id name country } } }""",
    peer="""query B($id: UUID!) { paymentByRowId(rowId: $id) { rowId method status paidAt providerReference amountCents currency
        feeCents invoiceByInvoiceId { rowId number status totalCents dueOn } tenantByTenantId { rowId name country } } }""",
    sql="""select json_build_object('data', json_build_object('payment', json_build_object(
          'id', 'payment_' || replace(p.id::text, '-', ''), 'method', p.method, 'status', p.status, 'paidAt', p.paid_at,
          'providerReference', p.provider_reference,
          'amount', json_build_object('amountCents', p.amount_cents, 'currency', p.currency),
          'fee', json_build_object('amountCents', p.fee_cents),
          'invoice', json_build_object('id', 'invoice_' || replace(i.id::text, '-', ''), 'number', i.number, 'status', i.status,
            'total', json_build_object('amountCents', i.total_cents), 'dueOn', i.due_on),
          'tenant', json_build_object('id', 'tenant_' || replace(t.id::text, '-', ''), 'name', t.name, 'country', t.country))))::text
        from payment p left join invoice i on i.id = p.invoice_id left join tenant t on t.id = p.tenant_id
       where p.id = $1::uuid""",
    variables=lambda known: [{"id": key} for key in known["payments"]],
    told=lambda data: (data["payment"]["providerReference"], data["payment"]["invoice"]["number"], data["payment"]["tenant"]["name"]),
    peer_told=lambda data: (
        data["paymentByRowId"]["providerReference"], data["paymentByRowId"]["invoiceByInvoiceId"]["number"],
        data["paymentByRowId"]["tenantByTenantId"]["name"],
    ),
)  # fmt: skip

C = Query(
    name="C",
    ours="{ revenue { month country payments amount { amountCents currency } plan { code name } } }",
    peer="""{ allRevenueRows(orderBy: [PLACE_ASC]) { nodes { month country payments amountCents currency
        planByPlanId { code name } } } }""",
    sql="""select json_build_object('data', json_build_object('revenue', json_agg(json_build_object('month', r.month,
          'country', r.country, 'payments', r.payments,
          'amount', json_build_object('amountCents', r.amount_cents, 'currency', r.currency),
          'plan', json_build_object('code', p.code, 'name', p.name)) order by r.place)))::text
        from revenue_row r join plan p on p.id = r.plan_id""",
    variables=lambda _: [{}],
    told=lambda data: [(r["month"], r["country"], r["payments"], r["plan"]["code"]) for r in data["revenue"]],
    peer_told=lambda data: [
        (r["month"], r["country"], r["payments"], r["planByPlanId"]["code"]) for r in data["allRevenueRows"]["nodes"]
    ],
)

D = Query(
    name="D",
    ours="""{ payments(first: 1000) { nodes { id externalId method status provider providerReference paidAt currencyOf: amount {
        amountCents currency } fee { amountCents } refunded { amountCents } refundable { amountCents } credited { amountCents } } } }""",
    peer="""{ allPayments(first: 1000, orderBy: [PAID_AT_DESC, ROW_ID_DESC]) { nodes { rowId externalId method status provider
        providerReference paidAt amountCents currency feeCents refundedCents refundableCents creditedCents } } }""",
    sql="""select json_build_object('data', json_build_object('payments', json_build_object('nodes', json_agg(json_build_object(
          'id', 'payment_' || replace(p.id::text, '-', ''), 'externalId', p.external_id, 'method', p.method, 'status', p.status,
          'provider', p.provider, 'providerReference', p.provider_reference, 'paidAt', p.paid_at,
          'currencyOf', json_build_object('amountCents', p.amount_cents, 'currency', p.currency),
          'fee', json_build_object('amountCents', p.fee_cents), 'refunded', json_build_object('amountCents', p.refunded_cents),
          'refundable', json_build_object('amountCents', p.refundable_cents),
          'credited', json_build_object('amountCents', p.credited_cents))))))::text
        from (select * from payment order by paid_at desc, id desc limit 1000) p""",
    variables=lambda _: [{}],
    told=lambda data: [(p["externalId"], p["currencyOf"]["amountCents"]) for p in data["payments"]["nodes"]],
    peer_told=lambda data: [(p["externalId"], int(p["amountCents"])) for p in data["allPayments"]["nodes"]],
)
ALL = (A, B, C, D)

FIRST_PAGE = (
    """query E($after: String) { invoices(first: 50, after: $after) { pageInfo { endCursor } nodes { number } } }"""
)
FILTERED = """{ invoices(first: 50, filter: {country: "SE", overdue: true}) { nodes { number dueOn }
    totals { currency count outstanding { amountCents } } } }"""
FILTERED_PAGE = """{ invoices(first: 50, filter: {country: "SE", overdue: true}) { nodes { number dueOn } } }"""
