"""All references that are looked up a statement at a time, proven at once: for loads that set the looking up aside."""

from alembic import op

revision = "0021"
down_revision = "0020"

PROVE_REFERENCES = r"""
create function prove_references() returns void language plpgsql set search_path = public, pg_temp as $$
declare
    refers record;
    missing uuid;
begin
    for refers in
        select t.tgrelid::regclass as source, split_part(pair, ' ', 1) as named, split_part(pair, ' ', 2) as target
          from pg_trigger t cross join unnest(string_to_array(encode(t.tgargs, 'escape'), '\000')) as pair
         where t.tgname = 'refer_to_what_is' and pair <> ''
    loop
        execute format('select w.%1$I from %2$s w where w.%1$I is not null
                           and not exists (select from %3$I t where t.id = w.%1$I) limit 1',
                       refers.named, refers.source, refers.target)
           into missing;
        if missing is not null then
            raise exception 'the % % of a row of % is no row of %; nothing was written.',
                refers.named, missing, refers.source, refers.target
                using errcode = 'foreign_key_violation';
        end if;
    end loop;
end $$"""


def upgrade() -> None:
    op.execute(PROVE_REFERENCES)
    op.execute("revoke execute on function prove_references from public")
