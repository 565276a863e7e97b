const each = (kind: string, names: string): string[] => names.split(' ').map((name) => `${kind}/${name}`);

/** Types that run, or show what a browser or a desktop runs. */
export const DENIED_TYPES: readonly string[] = [
  ...each(
    'application',
    'ecmascript hta internet-shortcut java-archive javascript vnd.android.package-archive vnd.microsoft.portable-executable ' +
      'vnd.ms-htmlhelp x-apple-diskimage x-bat x-csh x-dosexec x-elf x-executable x-javascript x-mach-binary ' +
      'x-ms-dos-executable x-ms-installer x-ms-shortcut x-msdos-program x-msdownload x-msi x-mswinurl x-powershell x-sh ' +
      'x-sharedlib x-shellscript x-shockwave-flash xhtml+xml xslt+xml',
  ),
  ...each('text', 'ecmascript html javascript vbscript x-powershell x-sh x-shellscript'),
  'image/svg+xml',
  'multipart/related',
];

/** Extensions by which a desktop or a browser runs a file, or goes where it leads. */
export const DENIED_EXTENSIONS: readonly string[] = (
  'apk app application appref-ms bash bat chm cmd com command cpl csh desktop dll dmg drv elf exe gadget hta htm html ' +
  'inf ins ipa isp jar jnlp js jse ksh lib library-ms lnk mht mhtml mjs msc msi msix msp mst ocx osx paf pif pkg ps1 ' +
  'ps1xml ps2 psc1 psd1 psm1 reg rgs run scf scr sct settingcontent-ms sh shb shs shtm shtml so svg svgz swf sys url ' +
  'vb vbe vbs vbscript webloc website ws wsc wsf wsh xbap xht xhtml xll xsl xslt zsh'
).split(' ');
