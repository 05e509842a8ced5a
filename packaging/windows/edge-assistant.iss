; Inno Setup 6.3 or newer: one person's installation, without an administrator. packaging/build.py runs it:
;   ISCC /DVersion=0.1.0 /DProgram=FOLDER /DOut=FOLDER /DName=FILE /DIcon=FILE [/DSpan] edge-assistant.iss
; Silent: SETUP.exe /VERYSILENT [/TASKS=login]. Silent removal: unins000.exe /VERYSILENT (keeps the settings).

#ifndef Version
  #error Give /DVersion=...
#endif

[Setup]
AppId={{6A0C2B0E-5C1B-4E55-9B1F-2C7E9D0B6F41}
AppName=Edge Assistant
AppVersion={#Version}
VersionInfoVersion={#Version}
AppComments=An offline seeing assistant. Answers can be wrong: not for medicine, traffic or money.
DefaultDirName={localappdata}\Programs\Edge Assistant
DisableDirPage=yes
DisableProgramGroupPage=yes
PrivilegesRequired=lowest
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
MinVersion=10.0.17763
LicenseFile={#Program}\licences\edge-assistant.txt
OutputDir={#Out}
OutputBaseFilename={#Name}
SetupIconFile={#Icon}
UninstallDisplayIcon={app}\edge-assistantw.exe
UninstallDisplayName=Edge Assistant
Compression=lzma2/fast
SolidCompression=no
CloseApplications=yes
#ifdef Span
; One file of Setup may hold at most 2.1 GB with all of Windows' checks, and FAT sticks 4: setup.exe and numbered parts.
DiskSpanning=yes
DiskSliceSize=2100000000
SlicesPerDisk=1
#endif

[Languages]
Name: "en"; MessagesFile: "compiler:Default.isl"
Name: "de"; MessagesFile: "compiler:Languages\German.isl"

[CustomMessages]
en.Login=Start at login
de.Login=Bei der Anmeldung starten
en.Begin=Edge Assistant setup. Press Enter to accept each page, Escape to cancel.
de.Begin=Edge Assistant wird eingerichtet. Eingabe bestätigt jede Seite, Escape bricht ab.
en.Done=Edge Assistant is installed.
de.Done=Edge Assistant ist installiert.
en.Damaged=A copied file differs from this installer's. The disk may be failing, or the installer is damaged. Download it again.
de.Damaged=Eine kopierte Datei weicht von der des Installationsprogramms ab. Vielleicht ist der Datenträger defekt, oder das Installationsprogramm ist beschädigt. Laden Sie es erneut herunter.
en.Settings=Remove your settings too?
de.Settings=Auch die Einstellungen entfernen?

[Tasks]
Name: "login"; Description: "{cm:Login}"; Flags: unchecked

[Files]
Source: "{#Program}\*"; Excludes: "*.gguf"; DestDir: "{app}"; Flags: recursesubdirs ignoreversion
; Weights do not get smaller, and unpacking them would take minutes.
Source: "{#Program}\models\*.gguf"; DestDir: "{app}\models"; Flags: recursesubdirs ignoreversion nocompression skipifsourcedoesntexist

[Icons]
Name: "{userprograms}\Edge Assistant"; Filename: "{app}\edge-assistantw.exe"; WorkingDir: "{app}"
Name: "{userprograms}\Uninstall Edge Assistant"; Filename: "{uninstallexe}"

[Registry]
; The same value that the program's settings write; it goes with the program, whoever wrote it.
Root: HKCU; Subkey: "Software\Microsoft\Windows\CurrentVersion\Run"; ValueType: string; ValueName: "Edge Assistant"; ValueData: """{app}\edge-assistantw.exe"""; Flags: uninsdeletevalue; Tasks: login
Root: HKCU; Subkey: "Software\Microsoft\Windows\CurrentVersion\Run"; ValueType: none; ValueName: "Edge Assistant"; Flags: dontcreatekey uninsdeletevalue

[Run]
Filename: "{app}\edge-assistantw.exe"; Description: "Edge Assistant"; Flags: postinstall nowait skipifsilent

[UninstallRun]
Filename: "{app}\edge-assistant.exe"; Parameters: "trigger quit"; Flags: runhidden; RunOnceId: "Quit"

[UninstallDelete]
; Weights that were fetched, records and caches; the settings are asked about below.
Type: filesandordirs; Name: "{localappdata}\edge-assistant\models"
Type: filesandordirs; Name: "{localappdata}\edge-assistant\cache"
Type: files; Name: "{localappdata}\edge-assistant\*"
Type: filesandordirs; Name: "{app}\models"

[Code]
var
  Voice: Variant;
  HasVoice: Boolean;

{ Windows' own voice; without one, setup's windows still speak through a screen reader. }
procedure Say(Text: String);
begin
  if HasVoice then
    try
      Voice.Speak(Text, 3);  { asynchronously, and instead of what is being said }
    except
      HasVoice := False;
    end;
end;

procedure InitializeWizard();
begin
  if WizardSilent() then
    exit;
  try
    Voice := CreateOleObject('SAPI.SpVoice');
    HasVoice := True;
  except
    HasVoice := False;
  end;
  Say(CustomMessage('Begin'));
end;

procedure CurPageChanged(CurPageID: Integer);
begin
  if CurPageID <> wpWelcome then
    Say(WizardForm.PageNameLabel.Caption);
  if CurPageID = wpFinished then
    Say(CustomMessage('Done'));
end;

{ Compares every weights file with models\SHA256SUMS: lines of 64 hex digits, two spaces, a name. }
function WeightsAreWhole(): Boolean;
var
  Lines: TArrayOfString;
  Index: Integer;
  Name: String;
begin
  Result := LoadStringsFromFile(ExpandConstant('{app}\models\SHA256SUMS'), Lines);
  for Index := 0 to GetArrayLength(Lines) - 1 do
    if Length(Lines[Index]) > 66 then
    begin
      Name := Copy(Lines[Index], 67, MaxInt);
      StringChangeEx(Name, '/', '\', True);
      Name := ExpandConstant('{app}\models\') + Name;
      if not FileExists(Name) or (GetSHA256OfFile(Name) <> Copy(Lines[Index], 1, 64)) then
        Result := False;
    end;
end;

procedure CurStepChanged(CurStep: TSetupStep);
begin
  if (CurStep = ssPostInstall) and not WeightsAreWhole() then
  begin
    Say(CustomMessage('Damaged'));
    SuppressibleMsgBox(CustomMessage('Damaged'), mbCriticalError, MB_OK, IDOK);
    Abort();
  end;
end;

procedure CurUninstallStepChanged(CurUninstallStep: TUninstallStep);
begin
  if CurUninstallStep = usPostUninstall then
  begin
    { Where nobody is asked, the settings are kept. }
    if SuppressibleMsgBox(CustomMessage('Settings'), mbConfirmation, MB_YESNO or MB_DEFBUTTON2, IDNO) = IDYES then
      DelTree(ExpandConstant('{localappdata}\edge-assistant\config'), True, True, True);
    RemoveDir(ExpandConstant('{localappdata}\edge-assistant'));
  end;
end;
