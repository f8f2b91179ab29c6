#!/usr/bin/env python3
"""Makes a release of the standard (XSDs, manifest, tables) from the facts in its bron/ folder.

    schemas/generate.py            writes the files of every release
    schemas/generate.py --check    writes nothing; status 1 when a file differs from what it should be

The facts are five tables: messages, composites, datatypes, codelists and
patronen.  The last gives each pattern of the standard a second spelling that
admits exactly the same texts but that libxml2 reads rightly and in linear
time, and the sentence a clerk gets when a value does not fit.
"""
import csv
import pathlib
import sys
from xml.sax.saxutils import escape, quoteattr

HERE = pathlib.Path(__file__).resolve().parent

# What a table cannot say about a release.
RELEASES = {
    "ijw-3.2": {
        "standaard": "ijw",
        "release": "3.2",
        "geldig_vanaf": "2023-04-01",
        "url": "http://www.istandaarden.nl/ijw/3_2/",
        "xsdversie": "0.1.0",
        # A retour copies the header of what it answers: its Afzender is its receiver.
        # JW325 is an answer with a header of its own and so is none.
        "retour": {"JW302", "JW306", "JW308", "JW316", "JW318", "JW320"},
        "antwoord_op": {"JW302": "JW301", "JW306": "JW305", "JW308": "JW307", "JW316": "JW315",
                        "JW318": "JW317", "JW320": "JW319", "JW325": "JW323"},
    },
}

# Simple types that hold something of a person, wherever they stand.
PERSONAL_TYPES = {
    "LDT_BurgerServicenummer", "LDT_Naam", "LDT_Voorvoegsel", "LDT_Voorletters",
    "LDT_NaamVerwijzer", "LDT_Organisatienaam", "LDT_Commentaar", "LDT_Straatnaam",
    "LDT_Plaatsnaam", "LDT_Postcode", "LDT_LandCode", "LDT_Huisnummer", "LDT_Huisletter",
    "LDT_HuisnummerToevoeging", "LDT_AanduidingWoonadres", "LDT_Telefoonnummer",
    "LDT_Landnummer", "LDT_Emailadres", "LDT_Persoonsid", "LDT_Taal",
}
# Elements below which everything is personal, except the return codes.
PERSONAL_BELOW = {"Geboortedatum", "Relaties", "Contact", "Naam", "ZorgverlenerCode"}
FACETS = ("length", "minLength", "maxLength", "totalDigits", "fractionDigits",
          "minInclusive", "maxInclusive", "minExclusive", "maxExclusive")


def rows(path):
    with open(path, encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE))


class Bron:
    """The facts of one release."""

    def __init__(self, folder):
        self.messages = rows(folder / "messages.tsv")
        self.composites = rows(folder / "composites.tsv")
        self.datatypes = rows(folder / "datatypes.tsv")
        self.codelists = rows(folder / "codelists.tsv")
        self.patterns = {r["pattern"]: r for r in rows(folder / "patronen.tsv")}
        self.enumerated = {r["name"]: r["enumeration_source"] for r in self.datatypes
                           if r["enum_count"]}

    def names(self):
        return list(dict.fromkeys(r["message"] for r in self.messages))

    def of(self, naam):
        return [r for r in self.messages if r["message"] == naam]

    def classes(self, naam):
        """Class name → its element rows, in the order of the tables."""
        found = {}
        for r in sorted(self.of(naam), key=lambda r: int(r["seq"])):
            found.setdefault(r["class"], []).append(r)
        return {c: found[c] for c in dict.fromkeys(r["class"] for r in self.of(naam))}

    def cdt(self):
        found = {}
        for r in sorted(self.composites, key=lambda r: (r["name"], int(r["seq"]))):
            found.setdefault(r["name"], []).append(r)
        return found

    def codes(self, datatype):
        return [r for r in self.codelists
                if r["list_id"] == self.enumerated.get(datatype) and r["datatype"] == datatype]

    def schema_pattern(self, pattern):
        """The spelling for the schema; a constant (436) is its own."""
        return self.patterns[pattern]["schema"] if pattern in self.patterns else pattern


def base_url(release):
    return release["url"] + "basisschema/schema"


def message_url(release, naam):
    return release["url"] + naam.lower() + "/schema"


def occurs(row):
    text = ""
    if row["min"] != "1":
        text += f' minOccurs="{row["min"]}"'
    if row["max"] != "1":
        text += f' maxOccurs="{row["max"]}"'
    return text


def appinfo(release, what):
    v = release["xsdversie"]
    lines = [("standaard", release["standaard"]), ("bericht", what), ("release", release["release"])]
    if what != "basisschema":
        lines += [(f"BerichtXsd{m}Versie", v) for m in ("", "Min", "Max")]
    lines += [(f"BasisschemaXsd{m}Versie", v) for m in ("", "Min", "Max")]
    out = ["\t<xs:annotation>", "\t\t<xs:appinfo>"]
    out += [f"\t\t\t<ijw:{k}>{escape(t)}</ijw:{k}>" for k, t in lines]
    return out + ["\t\t</xs:appinfo>", "\t</xs:annotation>"]


def sequence(elements, prefix_of, bron):
    """The lines of one xs:sequence; an element with facets of its own gets an inline type."""
    out = ["\t\t<xs:sequence>"]
    for e in elements:
        start = f'\t\t\t<xs:element name="{e["element"]}"'
        inline = e.get("inline_restriction", "")
        if not inline:
            out.append(f'{start} type="{prefix_of(e["type"])}"{occurs(e)}/>')
            continue
        facet, value = inline.split("=", 1)
        out += [f"{start}{occurs(e)}>", "\t\t\t\t<xs:simpleType>",
                f'\t\t\t\t\t<xs:restriction base="{prefix_of(e["type"])}">',
                f"\t\t\t\t\t\t<xs:{facet} value={quoteattr(bron.schema_pattern(value))}/>",
                "\t\t\t\t\t</xs:restriction>", "\t\t\t\t</xs:simpleType>", "\t\t\t</xs:element>"]
    return out + ["\t\t</xs:sequence>"]


def simple_type(d, bron):
    out = [f'\t<xs:simpleType name="{d["name"]}">', f'\t\t<xs:restriction base="{d["base"]}">']
    out += [f'\t\t\t<xs:{f} value="{d[f]}"/>' for f in FACETS if d[f]]
    if d["pattern"]:
        out.append(f"\t\t\t<xs:pattern value={quoteattr(bron.schema_pattern(d['pattern']))}/>")
    out += [f"\t\t\t<xs:enumeration value={quoteattr(c['code'])}/>" for c in bron.codes(d["name"])]
    return out + ["\t\t</xs:restriction>", "\t</xs:simpleType>"]


def document(lines):
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + "\n".join(lines) + "\n</xs:schema>\n"


def base_schema(release, bron):
    ns = base_url(release)
    out = [f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:ijw="{ns}"'
           f' targetNamespace="{ns}" elementFormDefault="qualified">']
    out += appinfo(release, "basisschema")
    for name, elements in bron.cdt().items():
        out.append(f'\t<xs:complexType name="{name}">')
        out += sequence(elements, lambda t: "ijw:" + t, bron)
        out.append("\t</xs:complexType>")
    for d in bron.datatypes:
        out += simple_type(d, bron)
    return document(out)


def message_schema(release, bron, naam):
    p, ns = naam.lower(), message_url(release, naam)

    def prefix_of(t):
        return ("ijw:" if t.startswith(("LDT_", "CDT_")) else p + ":") + t

    out = [f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:ijw="{base_url(release)}"'
           f' xmlns:{p}="{ns}" targetNamespace="{ns}" elementFormDefault="qualified">']
    out += [f'\t<xs:import namespace="{base_url(release)}" schemaLocation="basisschema.xsd"/>']
    out += appinfo(release, p)
    out.append(f'\t<xs:element name="Bericht" type="{p}:Root"/>')
    for name, elements in bron.classes(naam).items():
        out.append(f'\t<xs:complexType name="{name}">')
        out += sequence(elements, prefix_of, bron)
        out.append("\t</xs:complexType>")
    return document(out)


def manifest(release, bron):
    out = ["# Made by schemas/generate.py from bron/; see README.md.",
           f"standaard: {release['standaard']}", f'release: "{release["release"]}"',
           f"geldig_vanaf: {release['geldig_vanaf']}", f'xsdversie: "{release["xsdversie"]}"',
           "basisschema: basisschema.xsd", "berichten:"]
    for naam in bron.names():
        first = bron.of(naam)[0]
        richting = "gemeente-aanbieder" if first["direction"].startswith("gemeente") else \
            "aanbieder-gemeente"
        out += [f"  - naam: {naam}", f'    berichtcode: "{first["berichtcode"]}"',
                f"    richting: {richting}",
                f"    retour: {'yes' if naam in release['retour'] else 'no'}",
                *([f"    antwoord_op: {release['antwoord_op'][naam]}"]
                  if naam in release["antwoord_op"] else []),
                f"    namespace: {message_url(release, naam)}", f"    schema: {naam.lower()}.xsd"]
    return "\n".join(out) + "\n"


def table(header, lines):
    return "".join("\t".join(r) + "\n" for r in [header] + lines)


def code_table(bron):
    return table(["lijst", "naam", "datatype", "code", "label"],
                 [[r["list_id"], r["list_name"], r["datatype"], r["code"], r["label_nl"]]
                  for r in bron.codelists])


def is_personal(path, datatype):
    steps = path.split("/")
    if steps[-1] in ("RetourCode", "RetourCodes"):
        return False
    return datatype in PERSONAL_TYPES or any(s in PERSONAL_BELOW for s in steps)


def expand(bron, classes, path, elements, out):
    """Walks down from a class; every path an instance can have comes by once."""
    for e in elements:
        here, t = path + "/" + e["element"], e["type"]
        inline = e.get("inline_restriction", "").partition("=")[2]
        out.append([here, t, e["min"], e["max"], "yes" if is_personal(here, t) else "no", inline])
        below = classes.get(t) or bron.cdt().get(t)
        if below:
            expand(bron, classes, here, below, out)


def element_table(bron):
    lines = []
    for naam in bron.names():
        out = [["/Bericht", "Root", "1", "1", "no", ""]]
        expand(bron, bron.classes(naam), "/Bericht", bron.classes(naam)["Root"], out)
        lines += [[naam] + r for r in out]
    return table(["bericht", "pad", "datatype", "min", "max", "personal", "pattern"], lines)


def datatype_table(bron):
    lines = []
    for d in bron.datatypes:
        lines.append([d["name"], d["base"].removeprefix("xs:"), d["minLength"], d["maxLength"],
                      d["minInclusive"], d["maxInclusive"], d["pattern"],
                      d["enumeration_source"] if d["enum_count"] else ""])
    return table(["datatype", "basis", "minLength", "maxLength", "minInclusive", "maxInclusive",
                  "pattern", "lijst"], lines)


def pattern_table(bron):
    return table(["pattern", "nl", "en"],
                 [[p, r["nl"], r["en"]] for p, r in bron.patterns.items()])


def files_of(name):
    release, bron = RELEASES[name], Bron(HERE / name / "bron")
    files = {"basisschema.xsd": base_schema(release, bron), "manifest.yaml": manifest(release, bron),
             "codelists.tsv": code_table(bron), "elements.tsv": element_table(bron),
             "datatypes.tsv": datatype_table(bron), "patronen.tsv": pattern_table(bron)}
    for naam in bron.names():
        files[naam.lower() + ".xsd"] = message_schema(release, bron, naam)
    return files


def main(argv):
    if argv not in ([], ["--check"]):
        sys.exit("usage: generate.py [--check]")
    differ = 0
    for name in RELEASES:
        for file, text in files_of(name).items():
            path = HERE / name / file
            if not argv:
                path.write_text(text, encoding="utf-8")
            elif not path.exists() or path.read_bytes() != text.encode("utf-8"):
                print(f"{path}: differs from what bron/ gives; run schemas/generate.py",
                      file=sys.stderr)
                differ = 1
    return differ


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
