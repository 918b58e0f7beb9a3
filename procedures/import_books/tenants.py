"""`tenants.csv`: the federations and clubs of the platform."""

from procedures.import_books import cells
from procedures.import_books.columns import Column, contact, day, key, text
from procedures.import_books.source import Source

TENANTS = Source(
    noun="tenant",
    file="tenants.csv",
    key=("external_id",),
    columns=(
        key(),
        Column(name="name", read=cells.required(cells.words()), booked=False, personal=True),
        text("country", cells.country),
        text("currency", cells.currency),
        day("created_on"),
        contact("email", cells.email),
        contact("language", cells.language),
        contact("organisation_number", cells.words(characters_max=30)),
        contact("bankgiro", cells.bankgiro),
        contact("street"),
        contact("post_code", cells.words(characters_max=20)),
        contact("town"),
    ),
    books="select * from tenant",
    update="""
        update tenant t
           set name = s.name, email = s.email, language = s.language, organisation_number = s.organisation_number,
               bankgiro = s.bankgiro, street = s.street, post_code = s.post_code, town = s.town
          from changed_tenant c join staged_tenant s using (line)
         where t.id = c.id""",
    insert="""
        insert into tenant (id, external_id, name, country, currency, created_on, email, language, organisation_number,
                            bankgiro, street, post_code, town)
        select id, external_id, name, country, currency, created_on, email, language, organisation_number, bankgiro,
               street, post_code, town
          from staged_tenant s
         where not exists (select from tenant t where t.external_id = s.external_id)
         order by line""",
)
