"""Where the clubs are: places, what clubs are called there, how people pay, what VAT is charged."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """`forms`: names of clubs, {} is the place; `factor`: price in the currency for one EUR on the price list.

    `methods`: what invoices are paid with, as often as they stand there.
    """

    code: str
    currency: str
    language: str
    factor: int
    vat_rate: Decimal
    places: tuple[str, ...]
    forms: tuple[str, ...]
    federations: tuple[str, ...]
    streets: tuple[str, ...]
    first_names: tuple[str, ...]
    last_names: tuple[tuple[str, ...], tuple[str, ...]]
    methods: tuple[str, ...]


SWEDEN = Country(
    code="SE", currency="SEK", language="sv", factor=11, vat_rate=Decimal(25),
    places=tuple(
        "Alingsås Arboga Arvika Avesta Boden Borgholm Borås Eksjö Enköping Eslöv Fagersta Falkenberg Falun Filipstad Flen "
        "Gävle Gränna Halmstad Hjo Hudiksvall Härnösand Kalmar Karlshamn Karlstad Katrineholm Kiruna Kristinehamn Kungälv "
        "Köping Laholm Landskrona Lidköping Ljungby Ludvika Luleå Lund Lysekil Mariestad Mjölby Mora Motala Nora Norrtälje "
        "Nybro Nyköping Oskarshamn Piteå Ronneby Sala Sigtuna Simrishamn Skara Skövde Strängnäs Strömstad Sundsvall Säffle "
        "Tidaholm Trosa Tranås Trelleborg Ulricehamn Umeå Vadstena Varberg Vetlanda Vimmerby Visby Västervik Växjö Ystad Åmål "
        "Ängelholm Öregrund Östersund".split()
    ),
    forms=("{} Bouleklubb", "Boule i {}", "{} Petanqueförening", "Boulesällskapet {}", "{} BK Boule", "PK {}"),
    federations=("Bouleförbundet Skärgården", "Petanqueförbundet Mälarbygden", "Bouleförbundet Norrskenet"),
    streets=("Idrottsvägen", "Parkgatan", "Storgatan", "Lekplatsvägen", "Strandvägen"),
    first_names=tuple("Alva Björn Cilla David Ebba Folke Greta Hugo Inga Jonas Karin Lars Maja Nils Olga Pelle Rut Sven".split()),
    last_names=(tuple("Björk Ek Gran Hav Lind Ny Sjö Sten".split()), tuple("berg dal fors gren lund mark strand ström".split())),
    methods=("bankgiro",) * 9 + ("card",) * 7 + ("swish",) * 3 + ("bank_transfer",),
)  # fmt: skip
NORWAY = Country(
    code="NO", currency="NOK", language="nb", factor=11, vat_rate=Decimal(25),
    places=tuple(
        "Alta Arendal Bodø Bryne Drøbak Egersund Elverum Farsund Flekkefjord Florø Gjøvik Grimstad Halden Hamar Hammerfest "
        "Harstad Haugesund Holmestrand Horten Kongsberg Kragerø Larvik Levanger Lillehammer Mandal Mo Molde Moss Namsos Narvik "
        "Notodden Odda Porsgrunn Risør Røros Sandnes Skien Stavern Steinkjer Stord Tvedestrand Tønsberg Vadsø Voss".split()
    ),
    forms=("{} Petanqueklubb", "{} Pétanque", "Petanque i {}", "{} Kuleklubb"),
    federations=("Petanqueforbundet Fjord og Fjell", "Petanqueforbundet Sørlandskysten"),
    streets=("Idrettsveien", "Kirkegata", "Sjøgata", "Parkveien"),
    first_names=tuple("Arne Berit Dag Eva Frode Guro Hege Ivar Kari Leif Marit Odd Ragnhild Siv Tor Unni".split()),
    last_names=(tuple("Berg Fjell Haug Lie Nord Sol Vik Ås".split()), tuple("dal heim land nes rud seth stad vik".split())),
    methods=("card",) * 10 + ("bank_transfer",) * 8 + ("other",) * 2,
)  # fmt: skip
DENMARK = Country(
    code="DK", currency="DKK", language="da", factor=7, vat_rate=Decimal(25),
    places=tuple(
        "Assens Billund Ebeltoft Esbjerg Faaborg Fredericia Frederikshavn Grenaa Haderslev Hillerød Hjørring Hobro Holbæk "
        "Holstebro Horsens Ikast Kalundborg Kolding Korsør Køge Lemvig Middelfart Nyborg Næstved Nakskov Odder Randers Ribe "
        "Ringsted Roskilde Rønne Silkeborg Skagen Skanderborg Skive Slagelse Struer Svendborg Thisted Tønder Varde Vejle Viborg"
        .split()
    ),
    forms=("{} Petanque Klub", "Petanque {}", "{} Kugleklub", "{} og Omegns Petanque"),
    federations=("Petanqueforbundet Bælthavet", "Petanqueforbundet Heden"),
    streets=("Idrætsvej", "Havnegade", "Skolegade", "Parkvej"),
    first_names=tuple("Aage Birthe Carsten Dorte Erik Freja Gitte Hans Inger Jens Kirsten Mogens Nina Ole Pia Rikke".split()),
    last_names=(tuple("Bak Dam Eng Holm Krog Lund Ny Sø".split()), tuple("borg feldt gaard holt kjær skov toft trup".split())),
    methods=("card",) * 12 + ("bank_transfer",) * 6 + ("other",) * 2,
)  # fmt: skip
FINLAND = Country(
    code="FI", currency="EUR", language="fi", factor=1, vat_rate=Decimal("25.5"),
    places=tuple(
        "Forssa Hamina Hanko Heinola Iisalmi Imatra Joensuu Kajaani Kauhava Kemi Keuruu Kokkola Kotka Kouvola Kuopio Lahti "
        "Lappeenranta Lohja Loimaa Loviisa Mikkeli Naantali Nokia Oulainen Parainen Pieksämäki Pori Porvoo Raahe Raisio Rauma "
        "Salo Savonlinna Seinäjoki Somero Tornio Vaasa Varkaus Ylivieska".split()
    ),
    forms=("{} Petankki ry", "Petanque {} ry", "{} Kuulaseura ry"),
    federations=("Petankkiliitto Järviseutu ry", "Petankkiliitto Rannikko ry"),
    streets=("Urheilutie", "Rantakatu", "Puistotie", "Koulukatu"),
    first_names=tuple("Aino Eero Helmi Ilkka Jari Kaisa Lauri Marja Niilo Outi Paavo Raija Seppo Tuula Veikko".split()),
    last_names=(tuple("Haapa Järvi Kivi Koivu Lehto Mänty Ranta Suo".split()), tuple("kallio lahti la mäki niemi saari salo virta".split())),
    methods=("sepa_debit",) * 7 + ("bank_transfer",) * 7 + ("card",) * 6,
)  # fmt: skip

COUNTRIES = (SWEDEN, NORWAY, SWEDEN, DENMARK, SWEDEN, FINLAND)
"""Tenants take turns: half of them are Swedish."""
