/* A workbook of one sheet, as spreadsheet programs read it (Office Open XML): XML files in a zip archive whose parts are stored as they are.
   Texts are inline strings, so that none is ever a formula. */
(function (site) {
  "use strict";
  const LONGEST = 32767; // characters that a cell may hold
  const CUT = " … [cut]";
  const NAMES = "http://schemas.openxmlformats.org";
  const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';

  const CRC = Uint32Array.from({ length: 256 }, (_, byte) => {
    let rest = byte;
    for (let bit = 0; bit < 8; bit += 1) rest = rest & 1 ? 0xedb88320 ^ (rest >>> 1) : rest >>> 1;
    return rest;
  });
  function checksum(pieces) {
    let sum = 0xffffffff;
    pieces.forEach((bytes) => { for (let at = 0; at < bytes.length; at += 1) sum = CRC[(sum ^ bytes[at]) & 0xff] ^ (sum >>> 8); });
    return (sum ^ 0xffffffff) >>> 0;
  }

  /* Numbers as the zip format has them: [bytes, value, …], little-endian. */
  function record(...fields) {
    const bytes = [];
    for (let place = 0; place < fields.length; place += 2) for (let byte = 0; byte < fields[place]; byte += 1) bytes.push(Math.floor(fields[place + 1] / 256 ** byte) % 256);
    return Uint8Array.from(bytes);
  }

  /* Files ({ name, pieces: byte arrays }) as an archive, without dates, so that the same rows make the same bytes. */
  function archive(files) {
    const parts = [];
    const directory = [];
    let offset = 0;
    files.forEach(({ name, pieces }) => {
      const label = new TextEncoder().encode(name);
      const size = pieces.reduce((sum, bytes) => sum + bytes.length, 0);
      const facts = [2, 20, 2, 0x800, 2, 0, 2, 0, 2, 0x21, 4, checksum(pieces), 4, size, 4, size, 2, label.length, 2, 0];
      const local = record(4, 0x04034b50, ...facts);
      parts.push(local, label, ...pieces);
      directory.push(record(4, 0x02014b50, 2, 20, ...facts, 2, 0, 2, 0, 2, 0, 4, 0, 4, offset), label);
      offset += local.length + label.length + size;
    });
    const length = directory.reduce((sum, bytes) => sum + bytes.length, 0);
    return new Blob([...parts, ...directory, record(4, 0x06054b50, 2, 0, 2, 0, 2, files.length, 2, files.length, 4, length, 4, offset, 2, 0)],
      { type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" });
  }

  const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  /* Text as XML may hold it. What looks like an escape of the format ("_x0041_") is kept from being read as one. */
  const safe = (text) => text.replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd")
    .replace(/_(?=x[0-9a-f]{4}_)/gi, "_x005F_").replace(/[&<>"]/g, (sign) => ENTITIES[sign]);
  const shortened = (text) => (text.length <= LONGEST ? text : text.slice(0, LONGEST - CUT.length).replace(/[\ud800-\udbff]$/, "") + CUT);

  const letter = (column) => String.fromCharCode(65 + column); // a sheet of ours has few columns
  function cell(value, column, row, style) {
    if (value === null || value === "") return "";
    const at = 'r="' + letter(column) + row + '"' + (style ? ' s="' + style + '"' : "");
    if (typeof value === "number") return "<c " + at + "><v>" + value + "</v></c>";
    return "<c " + at + ' t="inlineStr"><is><t xml:space="preserve">' + safe(shortened(value)) + "</t></is></c>";
  }
  const rowText = (values, row, style) => '<row r="' + row + '">' + values.map((value, column) => cell(value, column, row, style)).join("") + "</row>";

  const relation = (id, type, target) => '<Relationship Id="' + id + '" Type="' + NAMES + "/officeDocument/2006/relationships/" + type + '" Target="' + target + '"/>';
  const relations = (...all) => HEAD + '<Relationships xmlns="' + NAMES + '/package/2006/relationships">' + all.join("") + "</Relationships>";
  const part = (name, type) => '<Override PartName="' + name + '" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.' + type + '+xml"/>';
  const TYPES = HEAD + '<Types xmlns="' + NAMES + '/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    + '<Default Extension="xml" ContentType="application/xml"/>' + part("/xl/workbook.xml", "sheet.main") + part("/xl/worksheets/sheet1.xml", "worksheet") + part("/xl/styles.xml", "styles") + "</Types>";
  const MAIN = 'xmlns="' + NAMES + '/spreadsheetml/2006/main"';
  const STYLES = HEAD + "<styleSheet " + MAIN + '><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    + '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    + '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    + '<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs>'
    + '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>';

  /* A workbook as a Blob. `columns`: [{ label, width }]; `rows`: arrays of text, number or null. The first row is bold and stays in sight. */
  function workbook(title, columns, rows) {
    const bytes = (text) => new TextEncoder().encode(text);
    const last = letter(columns.length - 1) + (rows.length + 1);
    const book = HEAD + "<workbook " + MAIN + ' xmlns:r="' + NAMES + '/officeDocument/2006/relationships"><sheets><sheet name="' + safe(title) + '" sheetId="1" r:id="rId1"/></sheets></workbook>';
    const pieces = [bytes(HEAD + "<worksheet " + MAIN + '><dimension ref="A1:' + last + '"/><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>'
      + columns.map(({ width }, column) => '<col min="' + (column + 1) + '" max="' + (column + 1) + '" width="' + width + '" customWidth="1"/>').join("") + "</cols><sheetData>"
      + rowText(columns.map(({ label }) => label), 1, 1))];
    for (let from = 0; from < rows.length; from += 500) {
      pieces.push(bytes(rows.slice(from, from + 500).map((values, offset) => rowText(values, from + offset + 2)).join("")));
    }
    pieces.push(bytes('</sheetData><autoFilter ref="A1:' + last + '"/></worksheet>'));
    return archive([
      { name: "[Content_Types].xml", pieces: [bytes(TYPES)] },
      { name: "_rels/.rels", pieces: [bytes(relations(relation("rId1", "officeDocument", "xl/workbook.xml")))] },
      { name: "xl/workbook.xml", pieces: [bytes(book)] },
      { name: "xl/_rels/workbook.xml.rels", pieces: [bytes(relations(relation("rId1", "worksheet", "worksheets/sheet1.xml"), relation("rId2", "styles", "styles.xml")))] },
      { name: "xl/styles.xml", pieces: [bytes(STYLES)] },
      { name: "xl/worksheets/sheet1.xml", pieces },
    ]);
  }

  site.spreadsheet = { workbook };
})(window.nmtAudit);
