"""Files out of the books: a sheet of the schema, written in a format, as it is read.

asked       an export's input as JSON, and back
streaming   which bytes an export is, whoever asks for it
csv_file    rows by COPY, passed through as they come
tables      what XLSX and PDF are made of, out of sheets by `sheet_tables`; `rendering` makes them in a process of its own
xlsx_file   a workbook, row by row
pdf_file    pages for people; `pdf_columns` says where their columns stand
sie_file    vouchers for a bookkeeping program
route       GET /exports/<kind>.<format>
"""
