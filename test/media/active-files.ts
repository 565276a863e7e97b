import { type Odd, text } from './odd-file.ts';
import { sample } from './samples.ts';

export const SVG = '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>';
export const HTML = '<!doctype html><script>alert(document.domain)</script>';

/** Files that are active under some name: never kept under another. */
const ACTIVE: readonly (readonly [name: string, data: Buffer])[] = [
  ['HTML', text(HTML)],
  ['HTML behind blanks', text(`\n\t  ${HTML}`)],
  ['HTML behind a byte order mark', text(`\ufeff${HTML}`)],
  ['HTML in UTF-16', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(HTML, 'utf16le')])],
  ['HTML behind a comment', text(`<!-- a letter -->${HTML}`)],
  ['HTML in capitals', text(HTML.toUpperCase())],
  ['a lone script', text('<script>alert(1)</script>')],
  ['a frame', text('<iframe src="javascript:alert(1)"></iframe>')],
  ['SVG', text(SVG)],
  ['SVG behind a declaration', text(`<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE svg [<!ENTITY a "b">]>${SVG}`)],
  ['SVG with a prefix', text('<s:svg xmlns:s="http://www.w3.org/2000/svg"><s:script>alert(1)</s:script></s:svg>')],
  ['XHTML', text('<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></html>')],
  [
    'a stylesheet that runs',
    text('<?xml version="1.0"?><xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform"/>'),
  ],
  ['a web archive', text('MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n<html>')],
  ['a shell script', text('#!/bin/sh\nrm -rf ~')],
  ['PHP', text('<?php system($_GET[0]);')],
  ['a batch file', text('@echo off\r\nformat c:')],
  ['a link', text('[InternetShortcut]\r\nURL=file://evil.test/a.exe')],
  ['a desktop entry', text('[Desktop Entry]\nExec=rm -rf ~')],
  ['a Windows program', Buffer.concat([text('MZ'), Buffer.alloc(200)])],
  ['an ELF program', Buffer.concat([Buffer.from('7f454c46020101', 'hex'), Buffer.alloc(200)])],
  ['a Mach-O program', Buffer.concat([Buffer.from('cffaedfe0700000103', 'hex'), Buffer.alloc(200)])],
  ['a Java class', Buffer.concat([Buffer.from('cafebabe00000034', 'hex'), Buffer.alloc(200)])],
  ['WebAssembly', Buffer.from('0061736d01000000', 'hex')],
  ['Flash', sample('smallest/flash.swf')],
];

/** Each of them under names of what is only saved. */
export const disguised = (): Odd[] =>
  ACTIVE.flatMap(([name, data]) =>
    ['text/plain', 'application/pdf', 'application/octet-stream', 'application/zip'].map((contentType) => ({
      name: `${name} as ${contentType}`,
      contentType,
      data,
      ends: ['type_mismatch'],
    })),
  );
