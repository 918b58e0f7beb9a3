"""Reading: a field's selection becomes one SQL statement.

    bindings    what a field is bound to, declared where its type is declared
    selection   the fields that a document asks for, merged and with their arguments
    paging      cursors, pages and the conditions that begin a page
    plan        selection + bindings -> one SELECT and the shape of its rows
    shape       rows -> the answer, keyed by response key
    reader      runs plans

The typed schema is the only source: whatever is bound can be selected, to any depth, under any name.
"""
