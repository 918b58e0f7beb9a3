"""Import the platform's own data from CSV files."""

from procedures.import_books.importing import import_books as import_books
from procedures.import_books.problems import ImportRefused as ImportRefused
from procedures.import_books.report import FileReport as FileReport
from procedures.import_books.report import ImportReport as ImportReport
from procedures.import_books.staging import Progress as Progress
