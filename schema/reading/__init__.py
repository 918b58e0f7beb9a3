"""Reading: a field's selection becomes one SQL statement.

    bindings    what a field is bound to, declared where its type is declared
    questions   what a root field asks of the books
    searching   texts that rows mention, found or gone through
    selection   the fields that a document asks for, merged and with their arguments
    paging      cursors, pages and the conditions that begin a page
    level       one SELECT in the making
    plan        selection + bindings -> one SELECT and the shape of its rows
    statements  a plan's SELECT as text, with its parameters in their places
    shape       what an object is made of, keyed by response key
    written     shape -> the object as one text, by PostgreSQL
    placing     shape -> columns, and the object made of them, by Python
    connection  rows and sums -> a page of a list
    reader      runs plans
    asking      lets the built schema's fields be answered so

The typed schema is the only source: whatever is bound can be selected, to any depth, under any name.
"""
