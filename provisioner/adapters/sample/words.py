"""What a sample directory is made of: sites with their names and numbers, departments with their titles."""

from typing import Final, NamedTuple

COMPANY: Final = "Tall Ships"
DOMAIN: Final = "tallships.example"
PARTNERS: Final = ("dubois-audit.example", "ferry-consult.example", "lotsen.example", "mooring.example")


class Site(NamedTuple):
    """A place people work at. In ``postal``, ``phone`` and ``mobile`` the ``#`` at the end stand for digits."""

    city: str
    state: str | None
    country: str
    language: str
    street: str
    postal: str
    phone: str
    mobile: str
    given: tuple[str, ...]
    surnames: tuple[str, ...]


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.replace("_", " ") for name in text.split())


SITES: Final = (
    Site(
        "Hamburg", None, "DE", "de-DE", "Pickhuben", "204##", "+49 40 #######", "+49 151 ########",
        _names("Jürgen Zoë Björn Käthe Anna Lukas Sören Mia Götz Jonas Änne Felix Heike Uwe Lena Jörg"),
        _names("Müller Groß Schäfer Köhler Weiß Jäger Böhm Krüger Vogel Lange Fuchs Möller Schröder Graf Voß Brandt"),
    ),
    Site(
        "Bergen", None, "NO", "nb-NO", "Bryggen", "50##", "+47 55 ######", "+47 41 ######",
        _names("Ingrid Håkon Åse Bjørn Solveig Øyvind Nora Lars Kjersti Magnus Sigrid Tor Ragnhild Jon Marit Odd"),
        _names("Sørensen Ødegård Bø Næss Haugen Lønning Strøm Bakken Aasen Dahl Moen Østby Fjeld Lie Sæther Vik"),
    ),
    Site(
        "Gdańsk", "Pomorskie", "PL", "pl-PL", "Długi Targ", "80-###", "+48 58 #######", "+48 601 ######",
        _names("Łukasz Małgorzata Paweł Zofia Michał Agnieszka Stanisław Ewa Jędrzej Kasia Tomasz Iga Ola"),
        _names("Wiśniewski Wójcik Kamiński Zając Król Dąbrowski Mazur Pawłowski Górski Nowak Sikora Łukasik Bąk"),
    ),
    Site(
        "Vigo", "Galicia", "ES", "es-ES", "Rúa do Areal", "362##", "+34 986 ######", "+34 600 ######",
        _names("Álvaro Begoña Íñigo Lucía José Núria Óscar Inés Andrés María Xoán Sofía Raúl Noa Ángel Carmen"),
        _names("Núñez Peña Ibáñez García Muñoz Otero Vázquez Gómez Castiñeira López Fernández Rúa Domínguez Seoane"),
    ),
    Site(
        "Brest", "Bretagne", "FR", "fr-FR", "Rue de Siam", "292##", "+33 2 98 ######", "+33 6 ########",
        _names("Zoé François Maëlle Loïc Hélène Gaël Chloé Benoît Anaïs Hervé Noémie Yann Élodie Rémi Erwan"),
        _names("Lefèvre Le_Goff Guégan Prévost Hervé Kerbrat Noël Tanguy Béguin Cariou Legrand Guérin Riou"),
    ),
    Site(
        "Praha", None, "CZ", "cs-CZ", "Na Příkopě", "110 0#", "+420 2########", "+420 60#######",
        _names("Jiří Kateřina Ondřej Žofie Tomáš Eliška Matěj Barbora Vojtěch Šárka Jan Zdeňka Řehoř Lenka Věra"),
        _names("Novák Dvořák Černý Svoboda Procházka Kučera Veselý Horák Němec Pokorný Říha Šimek Beneš Fiala Kříž"),
    ),
    Site(
        "İzmir", None, "TR", "tr-TR", "Kordon", "35###", "+90 232 #######", "+90 532 #######",
        _names("Işıl Çağlar Gülşen Ömer İpek Barış Ayşe Oğuz Şebnem Emre Müge Kağan Zeynep Cem Özlem Tuğba"),
        _names("Yılmaz Şahin Öztürk Çelik Güneş Aydın Kılıç Doğan Arslan Koç Yıldız Özdemir Işık Bulut Taş Uçar"),
    ),
    Site(
        "Cork", "Munster", "IE", "en-IE", "Penrose Quay", "T23 ####", "+353 21 #######", "+353 85 #######",
        _names("Aoife Seán Niamh Róisín Ciarán Siobhán Eoin Gráinne Pádraig Sinéad Conor Bríd Oisín Máire Darragh Úna"),
        _names("Murphy O'Brien Ní_Bhriain Walsh Byrne McCarthy Ó_Sé Doyle Kelly O'Leary Nolan Quinn Daly Healy"),
    ),
    Site(
        "Hải Phòng", None, "VN", "vi-VN", "Phố Điện Biên", "04####", "+84 225 #######", "+84 90 #######",
        _names("Hạnh Dũng Thảo Tuấn Hương Đức Ngọc Minh Phượng Long Thủy Quân Yến Sơn Mỹ Bảo"),
        _names("Nguyễn Trần Lê Phạm Hoàng Phan Vũ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đinh Mạc"),
    ),
    Site(
        "Boston", "MA", "US", "en-US", "Atlantic Avenue", "021##", "+1 617 #######", "+1 857 #######",
        _names("Alex Renée Marcus Olivia Chidi Grace José Naomi Tyler Priya Sam Zoe Dwayne Mei Noah Ada"),
        _names("Johnson Williams Baker Okafor Nakamura Patel Reyes Carter Cohen Lee Brooks Adéyẹmí Turner Silva Hall"),
    ),
)  # fmt: skip

DEPARTMENTS: Final = {
    "Engineering": ("Software Engineer", "Test Engineer", "Systems Architect", "Data Analyst", "Product Manager"),
    "Operations": ("Harbour Pilot", "Planner", "Shift Lead", "Crane Operator", "Dispatcher"),
    "Sales": ("Account Manager", "Sales Assistant", "Solution Consultant"),
    "Support": ("Support Engineer", "Support Lead", "Service Analyst"),
    "Finance": ("Accountant", "Controller", "Payroll Specialist"),
    "People": ("Recruiter", "Learning Partner", "People Partner"),
    "Legal": ("Counsel", "Contract Manager"),
}
DIVISIONS: Final = {
    "Engineering": "Products",
    "Operations": "Port",
    "Sales": "Customers",
    "Support": "Customers",
    "Finance": "Group",
    "People": "Group",
    "Legal": "Group",
}
APP_ROLES: Final = ("Member", "Administrator", "Reader")
