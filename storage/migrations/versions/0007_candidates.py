"""How the open invoices that a transfer may pay are found: by reference, amount, name, account and payer, each by index.

The functions say in SQL what `billing.ocr.normal` and `billing.matching.names.name_key` say in Python.
"""

from alembic import op

revision = "0007"
down_revision = "0006"

REFERENCE_KEY = """
create function reference_key(reference text) returns text language sql immutable strict parallel safe
begin atomic
    select case when compact ~ '^[0-9]+$' then ltrim(compact, '0')
                when compact ~ '^RF[0-9]{2}' then left(compact, 4) || ltrim(substr(compact, 5), '0')
                else compact end
      from upper(regexp_replace(reference, '[^0-9A-Za-z]+', '', 'g')) as c(compact);
end"""

NUMBER_KEY = """
create function number_key(number text) returns text language sql immutable strict parallel safe
return ltrim(regexp_replace(number, '[^0-9]+', '', 'g'), '0')"""

FORMS = (
    "ab,aktiebolag,aps,hb,kb,oy,oyj,ry,rf,tmi,gmbh,ev,ltd,limited,llc,inc,plc,sarl,srl,bv,bk,if,ik,fk,sk,ff,ifk,aik,gif,klubb,"
    "klubben,forening,foreningen,idrottsforening,idrottsklubb,sallskapet,boule,boulen,bouleklubb,bouleklubben,bouleforening,"
    "bouleforeningen,boulesallskap,boulesallskapet,petanqu,petanquklubb,petanquklubben,petanquforening"
)

NAME_KEY = r"""
create function name_key(name text) returns text language sql immutable strict parallel safe
begin atomic
    with plain as (
        select translate(regexp_replace(normalize(lower(replace(name, 'ß', 'ss')), NFKD), '[\u0300-\u036f]', '', 'g'),
                         'øæđðłœ', 'oaddlo') as text),
    spelt as (
        select regexp_replace(regexp_replace(regexp_replace(text, '\y(c/o|m\.? ?fl\.?|att:)(?!\w)', ' ', 'g'),
                              '[^[:alnum:]]+', ' ', 'g'), '(a)[ae]|(o)e|(u)e', '\1\2\3', 'g') as text
          from plain),
    words as (
        select word, place, count(*) over () as many
          from spelt cross join lateral regexp_split_to_table(btrim(text), ' ') with ordinality as w(word, place)
         where word <> ''),
    telling as (
        select word from words
         where not word = any (':forms') and not (word = 'asa' and place = many and many > 2))
    select coalesce((select string_agg(word, ' ' order by word collate "C") from telling),
                    (select string_agg(word, ' ' order by word collate "C") from words), '');
end"""

# The id comes last in each: of equals the same ones are found every time, and without sorting them all.
INDEXES = {
    "ocr": "reference_key(ocr)",
    "number": "reference_key(number), outstanding_cents",
    "digits": "number_key(number), outstanding_cents",
    "amount": "currency, outstanding_cents, due_on",
    "amount_name": "currency, outstanding_cents, name_key",
    "amount_name_backwards": "currency, outstanding_cents, reverse(name_key)",
    "name": "currency, name_key, outstanding_cents",
    "account": "reference_key(customer_account), outstanding_cents",
    "tenant": "tenant_id, outstanding_cents",
}
WHERE = {"ocr": "ocr is not null", "digits": "number ~ '[^0-9]'", "account": "customer_account is not null"}
PAYERS = {"account": "counterparty_account", "name": "lower(counterparty_name)"}


def upgrade() -> None:
    for function in (REFERENCE_KEY, NUMBER_KEY, NAME_KEY.replace(":forms", f"{{{FORMS}}}")):
        op.execute(function)
    op.execute(
        'alter table invoice add column name_key text collate "C" not null generated always as (name_key(customer_name)) stored'
    )
    op.execute("drop index invoice_open_ocr_idx, invoice_open_number_idx, invoice_open_amount_idx")
    for name, columns in INDEXES.items():
        only = f" and {WHERE[name]}" if name in WHERE else ""
        op.execute(f"create index invoice_open_{name}_idx on invoice ({columns}, id) where outstanding_cents > 0{only}")
    op.execute("create index tenant_bankgiro_idx on tenant (reference_key(bankgiro)) where bankgiro is not null")
    op.execute("drop index bank_transfer_counterparty_account_idx, bank_transfer_counterparty_name_idx")
    for name, column in PAYERS.items():
        op.execute(
            f"create index bank_transfer_assigned_{name}_idx on bank_transfer ({column}, id)"
            f" where status in ('MATCHED', 'ASSIGNED') and {column} is not null"
        )
