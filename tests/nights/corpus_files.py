"""Small files in the XML forms, and the segments that are in them."""

from __future__ import annotations

from nmt_audit.records import Segment

TMX = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE tmx SYSTEM "tmx14.dtd">
<tmx version="1.4"><header srclang="de" segtype="sentence"/><body>
<tu tuid="a"><prop type="x-document">news</prop>
  <tuv xml:lang="de-DE"><seg>Ein <bpt i="1">&lt;b&gt;</bpt>Hund<ept i="1"/>  &amp; <hi>zwei</hi>.</seg></tuv>
  <tuv xml:lang="en-GB"><seg>A dog<ph type="lb">&lt;br/&gt;</ph>&#38; two.</seg></tuv>
  <tuv xml:lang="fr"><seg>Un chien.</seg></tuv></tu>
<tu tuid="b"><tuv xml:lang="de-DE"><seg>Nein.</seg></tuv><tuv xml:lang="fr"><seg>Non.</seg></tuv></tu>
<tu tuid="c"><tuv xml:lang="fr"><seg>Oui.</seg></tuv><tuv xml:lang="en-GB"><seg>Yes.</seg></tuv></tu>
<tu tuid="d"><tuv xml:lang="de-DE"><seg>Ja.</seg></tuv><tuv xml:lang="en-GB"><seg>Yes.</seg></tuv>
  <tuv xml:lang="en-GB"><seg>Yeah.</seg></tuv></tu>
</body></tmx>"""

XLIFF_1 = """<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2" xmlns:x="urn:tool">
<file original="menu.json" source-language="de-DE" target-language="en" datatype="plaintext"><header/><body>
<group><trans-unit id="1"><source>Das <g id="1">ist</g><x id="2"/> gut.</source><target>That is good.</target>
  <alt-trans><source>Das war gut.</source><target>That was good.</target></alt-trans></trans-unit></group>
<trans-unit id="2"><source>Eins. Zwei.</source>
  <seg-source><mrk mtype="seg" mid="1">Eins.</mrk> <mrk mtype="seg" mid="2">Zwei.</mrk></seg-source>
  <target><mrk mtype="seg" mid="1">One.</mrk> <mrk mtype="seg" mid="2"/></target><x:target>no</x:target></trans-unit>
<group translate="no"><trans-unit id="3"><source>NMT</source></trans-unit>
  <trans-unit id="4" translate="yes"><source>Ja</source><target/></trans-unit></group>
</body></file></xliff>"""

XLIFF_2 = """<xliff version="2.0" srcLang="de" trgLang="en" xmlns="urn:oasis:names:tc:xliff:document:2.0">
<file id="f1" original="a.md"><unit id="u1"><originalData><data id="d1">&lt;b&gt;</data></originalData>
  <segment id="s1"><source>Das <pc id="1">ist</pc> <mrk id="m1">gut</mrk>.</source><target>Good.</target></segment>
  <ignorable><source> </source></ignorable>
  <segment><source>Nein<ph id="2" dataRef="d1"/>.</source></segment></unit></file>
<file id="f2"><group id="g"><unit id="u1"><segment><source>Ja.</source><target>Yes.</target></segment></unit></group>
  <unit id="u2" translate="no"><segment><source>NMT</source></segment></unit></file></xliff>"""

WMT = """<?xml version='1.0' encoding='utf-8'?>
<dataset id="newstest"><collection id="general">
<doc origlang="de" id="d1"><src lang="de"><p><seg id="1">Das  ist
 gut.</seg></p><p><seg id="2">Nein.</seg></p></src>
  <ref lang="en" translator="A"><p><seg id="1">That is good.</seg><seg id="2">No.</seg></p></ref>
  <ref lang="en" translator="B"><p><seg id="1">It's good.</seg></p></ref>
  <hyp lang="en" system="one"><p><seg id="1">Good.</seg><seg id="2">Nope.</seg></p></hyp>
  <hyp language="en" system="two"><p><seg id="2">Nein.</seg><seg id="1">Gut.</seg></p></hyp></doc>
<doc origlang="de" id="d2" testsuite="x"><src lang="de"><seg id="1">Ja.</seg></src>
  <hyp lang="en" system="one"><seg id="1"/></hyp></doc>
</collection></dataset>"""


def segment(id: str, source: str, *references: str, document: str | None = None, said: str | None = None) -> Segment:
    first = references[0] if references else None
    return Segment(id, source, "de", "en", first, said, document, references[1:])


TMX_SEGMENTS = (
    segment("a", "Ein Hund  & zwei.", "A dog & two.", document="news"),
    segment("b", "Nein."),
    segment("d", "Ja.", "Yes.", "Yeah."),
)
XLIFF_1_SEGMENTS = (
    segment("1", "Das ist gut.", "That is good.", document="menu.json"),
    segment("2/1", "Eins.", "One.", document="menu.json"),
    segment("2/2", "Zwei.", document="menu.json"),
    segment("4", "Ja", document="menu.json"),
)
XLIFF_2_SEGMENTS = (
    segment("a.md#u1/s1", "Das ist gut.", "Good.", document="a.md"),
    segment("a.md#u1/2", "Nein.", document="a.md"),
    segment("f2#u1", "Ja.", "Yes.", document="f2"),
)
WMT_SEGMENTS = (
    segment("d1:1", "Das ist gut.", "That is good.", "It's good.", document="d1"),
    segment("d1:2", "Nein.", "No.", document="d1"),
    segment("d2:1", "Ja.", document="d2"),
)
