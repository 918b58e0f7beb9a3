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

# In PL/pgSQL because it runs for each invoice written: its statements are planned once.
NAME_KEY = r"""
create function name_key(name text) returns text language plpgsql immutable strict parallel safe as $$
declare
    plain text := translate(
        regexp_replace(normalize(lower(replace(name, 'ß', 'ss')), NFKD), '[\u0300-\u036f]+', '', 'g'), 'øæđðłœ', 'oaddlo');
    spelt text := regexp_replace(regexp_replace(regexp_replace(plain,
        '\y(c/o|m\.? ?fl\.?|att:)(?!\w)', ' ', 'g'), '[^[:alnum:]]+', ' ', 'g'), '(a)[ae]|(o)e|(u)e', '\1\2\3', 'g');
    words text[] := string_to_array(btrim(spelt), ' ');
    is_company boolean := cardinality(words) > 2 and words[cardinality(words)] = 'asa';
    telling text := (select string_agg(word, ' ' order by word collate "C")
                       from unnest(trim_array(words, is_company::int)) as w(word) where word <> all (':forms'::text[]));
begin
    return coalesce(telling, (select string_agg(word, ' ' order by word collate "C") from unnest(words) as w(word)), '');
end $$"""

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
# With the name beside it the backward order is read from the index alone; else sorting the other index seems cheaper.
INCLUDED = {"amount_name_backwards": " include (name_key)"}
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
        beside = INCLUDED.get(name, "")
        op.execute(
            f"create index invoice_open_{name}_idx on invoice ({columns}, id){beside} where outstanding_cents > 0{only}"
        )
    op.execute("create index tenant_bankgiro_idx on tenant (reference_key(bankgiro)) where bankgiro is not null")
    op.execute("drop index bank_transfer_counterparty_account_idx, bank_transfer_counterparty_name_idx")
    for name, column in PAYERS.items():
        op.execute(
            f"create index bank_transfer_assigned_{name}_idx on bank_transfer ({column}, id)"
            f" where status in ('MATCHED', 'ASSIGNED') and {column} is not null"
        )
