; NSIS 3.08 or newer: one person's installation, without an administrator. packaging/build.py runs the compiler with
;   -DVERSION= -DPROGRAM=FOLDER -DTARGET=FILE -DICON=FILE -DPROGRAM_KB= -DNEEDED_KB= [-DMODELS_BESIDE=1] [-DTEST_BUILD=1]
; Switches and exit codes: see packaging/README.md; a test compares them with this file.
Unicode true
Target amd64-unicode
ManifestSupportedOS all
ManifestDPIAware true

!include LogicLib.nsh
!include FileFunc.nsh
!include x64.nsh
!include nsDialogs.nsh
!include MUI2.nsh

; ---- Exit codes. 0 is success; 1 (cancelled) and 2 (this file is damaged, or could not unpack) are NSIS's own.
!define CANCELLED 1
!define MODELS 3
!define DISK 4
!define IN_USE 5
!define TOO_OLD 6
!define TWO_AT_ONCE 7
!define FOREIGN_FOLDER 8
!define DOES_NOT_START 9

!define UNINSTALL_KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\EdgeAssistant"
!define RUN_KEY "Software\Microsoft\Windows\CurrentVersion\Run"
!define APPROVED_KEY "Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run"
!define EXCLUDED_KEY "Software\Microsoft\Windows\Windows Error Reporting\ExcludedApplications"
!define STEP_DAMAGED 3
!define STEP_CANCELLED 130
!define OLDEST_BUILD 17763 ; Windows 10, version 1809: the oldest one that Qt 6.12 starts on

!ifdef TEST_BUILD
    Name "Edge Assistant ${VERSION} test build"
    SetCompressor zlib
!else
    Name "Edge Assistant ${VERSION}"
    SetCompressor lzma
!endif
OutFile "${TARGET}"
InstallDir "$LOCALAPPDATA\Programs\Edge Assistant"
InstallDirRegKey HKCU "${UNINSTALL_KEY}" "InstallLocation"
RequestExecutionLevel user
CRCCheck force
AllowSkipFiles off
BrandingText " "
VIProductVersion "${VERSION}.0"
VIFileVersion "${VERSION}.0"
VIAddVersionKey ProductName "Edge Assistant"
VIAddVersionKey ProductVersion "${VERSION}"
VIAddVersionKey FileDescription "Edge Assistant setup"
VIAddVersionKey FileVersion "${VERSION}"
VIAddVersionKey LegalCopyright "Apache License 2.0"

Var Voice ; SAPI's ISpVoice; 0 where it is not to speak
Var Login ; 1: start at login
Var Start ; 1: start the program in the end
Var Settings ; 1: remove the settings too
Var Copying ; 1: Cancel ends the copying of models
Var Percent
Var Spoken ; the last percentage that was said
Var LoginBox
Var StartBox
Var SettingsBox
Var Exit ; of the last step of the program
Var NewProgram ; the folder of the one that keeps the models of people

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_CUSTOMFUNCTION_ABORT OnAbort
!define MUI_INSTFILESPAGE_FINISHHEADER_TEXT " "
Page custom PageBegin PageBeginLeave
!insertmacro MUI_PAGE_INSTFILES
Page custom PageEnd PageEndLeave
UninstPage custom un.PageBegin un.PageBeginLeave
!insertmacro MUI_UNPAGE_INSTFILES
UninstPage custom un.PageEnd
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "German"
!include "sentences.nsh"
ShowInstDetails nevershow
ShowUninstDetails nevershow

; ---- Speaking. Windows' voice, called as it is: nothing of ours is unpacked yet. It fails without a word.

!macro Speaking UN
Function ${UN}StartVoice
    StrCpy $Voice 0
    ${If} ${Silent}
        Return
    ${EndIf}
    Push $0
    Push $1
    ; A screen reader reads these windows; a second voice would talk over it. SPI_GETSCREENREADER (winuser.h)
    System::Call 'user32::SystemParametersInfoW(i 0x46, i 0, *i 0 r0, i 0)'
    FindWindow $1 "wxWindowClassNR" "NVDA"
    IntOp $0 $0 | $1
    FindWindow $1 "JFWUI2"
    IntOp $0 $0 | $1
    System::Call 'kernel32::OpenMutexW(i 0x100000, i 0, w "NarratorRunning") p.r1'
    IntOp $0 $0 | $1
    ${If} $0 == 0
        ; CLSID_SpVoice, CLSCTX_ALL, IID_ISpVoice (sapi.h)
        System::Call 'ole32::CoCreateInstance(g "{96749377-3391-11D2-9EE3-00C04F797396}", p 0, i 23, \
            g "{6C44DF74-72B9-4992-A1EC-EF996E0422D4}", *p 0 r0) i.r1'
        ${If} $1 == 0
            StrCpy $Voice $0
        ${EndIf}
    ${EndIf}
    Pop $1
    Pop $0
FunctionEnd

Function ${UN}Hush
    ${If} $Voice != 0
        System::Call '$Voice->20(p 0, i 3, p 0)' ; SPF_ASYNC | SPF_PURGEBEFORESPEAK
    ${EndIf}
FunctionEnd

Function ${UN}Say ; SENTENCE on the stack
    Exch $0
    ${If} $Voice != 0
        ; ISpVoice::Speak, SPF_ASYNC | SPF_IS_NOT_XML: after what is being said
        System::Call '$Voice->20(w r0, i 17, p 0)'
    ${EndIf}
    Pop $0
FunctionEnd
!macroend
!insertmacro Speaking ""
!insertmacro Speaking "un."

; ${Say} SENTENCE
!macro Say SENTENCE
    Push "${SENTENCE}"
    !ifdef __UNINSTALL__
        Call un.Say
    !else
        Call Say
    !endif
!macroend
!define Say "!insertmacro Say"

; ${Refuse} EXIT_CODE SENTENCE: tells why, and ends.
!macro Refuse CODE SENTENCE
    ${Say} "${SENTENCE}"
    MessageBox MB_OK|MB_ICONSTOP "${SENTENCE}" /SD IDOK
    SetErrorLevel ${CODE}
    Quit
!macroend
!define Refuse "!insertmacro Refuse"

; ---- Steps that are the program's own work: packaging/setup_steps.py

!macro Steps UN
Function ${UN}RunStep ; COMMAND_LINE on the stack; $Exit is its exit code, -1 where it cannot be started
    Exch $R0
    Push $R1
    Push $R2
    Push $R3
    Push $R4
    Push $R5
    StrCpy $Exit -1
    System::Alloc 104 ; STARTUPINFOW (processthreadsapi.h) on 64-bit Windows, all zero but its size
    Pop $R1
    System::Call '*$R1(i 104)'
    System::Alloc 24 ; PROCESS_INFORMATION
    Pop $R2
    ; CREATE_NO_WINDOW; the folder of temporary files, so that the program's own can be renamed meanwhile
    System::Call 'kernel32::CreateProcessW(p 0, w R0, p 0, p 0, i 0, i 0x08000000, p 0, w "$TEMP", p R1, p R2) i.R3'
    ${If} $R3 != 0
        System::Call '*$R2(p.R4, p.R5)'
        System::Call 'kernel32::CloseHandle(p R5)' ; the thread's; ShowProgress uses $R5 for other things
        ${Do}
            System::Call 'kernel32::WaitForSingleObject(p R4, i 300) i.R3'
            ${If} $R3 != 258 ; WAIT_TIMEOUT
                ${Break}
            ${EndIf}
            ${If} $Copying == 1
                Call ${UN}ShowProgress
            ${EndIf}
        ${Loop}
        System::Call 'kernel32::GetExitCodeProcess(p R4, *i .R3)'
        StrCpy $Exit $R3
        System::Call 'kernel32::CloseHandle(p R4)'
    ${EndIf}
    System::Free $R1
    System::Free $R2
    Pop $R5
    Pop $R4
    Pop $R3
    Pop $R2
    Pop $R1
    Pop $R0
FunctionEnd

Function ${UN}ShowProgress
    ClearErrors
    FileOpen $R3 "$PLUGINSDIR\progress" r
    ${If} ${Errors}
        Return
    ${EndIf}
    FileRead $R3 $Percent
    FileClose $R3
    ${If} $Percent == ""
        Return
    ${EndIf}
    DetailPrint "$(CopyingPercent)"
    FindWindow $R3 "#32770" "" $HWNDPARENT
    GetDlgItem $R3 $R3 1004
    IntOp $R5 $Percent * 300
    SendMessage $R3 0x402 $R5 0 ; PBM_SETPOS; NSIS's bar ends at 30000
    IntOp $R5 $Spoken + 10
    ${If} $Percent >= $R5
        StrCpy $Spoken $Percent
        ${Say} "$(Percents)"
    ${EndIf}
FunctionEnd
!macroend
!insertmacro Steps ""
!insertmacro Steps "un."

; ${RunStep} PROGRAM_FOLDER ARGUMENTS
!macro RunStep FOLDER ARGUMENTS
    Push '"${FOLDER}\edge-assistant.exe" setup-step ${ARGUMENTS}'
    !ifdef __UNINSTALL__
        Call un.RunStep
    !else
        Call RunStep
    !endif
!macroend
!define RunStep "!insertmacro RunStep"

; ${RenameFolder} FROM TO: a scanner may hold a file of it for a moment. Sets the error flag when it stays impossible.
!macro RenameFolder FROM TO
    Push $R9
    ${For} $R9 1 20
        ClearErrors
        Rename "${FROM}" "${TO}"
        ${IfNot} ${Errors}
            ${Break}
        ${EndIf}
        Sleep 500
    ${Next}
    Pop $R9
!macroend
!define RenameFolder "!insertmacro RenameFolder"

; ---- Before anything is changed

Function .onInit
    ${GetParameters} $R0
    ClearErrors
    ${GetOptions} $R0 "/LANG=" $R1
    ${IfNot} ${Errors}
        StrCpy $LANGUAGE ${LANG_ENGLISH}
        ${If} $R1 == "de"
            StrCpy $LANGUAGE ${LANG_GERMAN}
        ${EndIf}
    ${EndIf}
    Call StartVoice
    StrCpy $Login 0
    ClearErrors
    ${GetOptions} $R0 "/LOGIN" $R1
    ${IfNot} ${Errors}
        StrCpy $Login 1
    ${EndIf}
    StrCpy $Start 1
    ${If} ${Silent}
        StrCpy $Start 0
        ClearErrors
        ${GetOptions} $R0 "/START" $R1
        ${IfNot} ${Errors}
            StrCpy $Start 1
        ${EndIf}
    ${EndIf}
    ClearErrors
    ${GetOptions} $R0 "/NOSTART" $R1
    ${IfNot} ${Errors}
        StrCpy $Start 0
    ${EndIf}
    ; RtlGetVersion tells every program the truth; OSVERSIONINFOW (winnt.h) has 276 bytes
    System::Alloc 276
    Pop $0
    System::Call '*$0(i 276)'
    System::Call 'ntdll::RtlGetVersion(p r0)'
    System::Call '*$0(i, i.r1, i, i.r2)'
    System::Free $0
    ${If} $1 < 10
    ${OrIf} $2 < ${OLDEST_BUILD}
        ${Refuse} ${TOO_OLD} "$(TooOld)"
    ${EndIf}
    ${IfNot} ${IsNativeAMD64}
        ${Refuse} ${TOO_OLD} "$(OtherProcessor)"
    ${EndIf}
    System::Call 'kernel32::CreateMutexW(p 0, i 0, w "EdgeAssistantSetup") p.r0 ?e'
    Pop $0
    ${If} $0 == 183 ; ERROR_ALREADY_EXISTS (winerror.h)
    ${OrIf} $0 == 5 ; ERROR_ACCESS_DENIED: it exists, made as an administrator
        ${Refuse} ${TWO_AT_ONCE} "$(TwoAtOnce)"
    ${EndIf}
    Call CheckFolder
    Call CheckModels
    Call CheckDisk
FunctionEnd

; The folder becomes the program's own, and is replaced as a whole: it may hold nothing else.
Function CheckFolder
    ${GetRoot} "$INSTDIR" $0
    ${If} "$INSTDIR" == "$0"
    ${OrIf} "$INSTDIR" == "$0\"
        ${Refuse} ${FOREIGN_FOLDER} "$(ForeignFolder)"
    ${EndIf}
    ${If} ${FileExists} "$INSTDIR\*.*"
    ${AndIfNot} ${FileExists} "$INSTDIR\_internal\*.*"
        ${DirState} "$INSTDIR" $0
        ${If} $0 == 1
            ${Refuse} ${FOREIGN_FOLDER} "$(ForeignFolder)"
        ${EndIf}
    ${EndIf}
FunctionEnd

Function CheckModels
    !ifdef MODELS_BESIDE
        ${IfNot} ${FileExists} "$EXEDIR\models\*.*"
            ${Refuse} ${MODELS} "$(ModelsMissing)"
        ${EndIf}
    !endif
FunctionEnd

Function CheckDisk
    ${GetRoot} "$INSTDIR" $0
    StrCpy $1 0
    System::Call 'kernel32::GetDiskFreeSpaceExW(w "$0\", *l .r1, p 0, p 0) i.r2'
    ${If} $2 != 0
        System::Int64Op $1 / 1048576
        Pop $1
        IntOp $2 ${NEEDED_KB} / 1024
        ${If} $1 < $2
            ${Refuse} ${DISK} "$(DiskFull)"
        ${EndIf}
    ${EndIf}
FunctionEnd

; ---- Pages

Function PageBegin
    !insertmacro MUI_HEADER_TEXT "$(^Name)" " "
    nsDialogs::Create 1018
    Pop $0
    IntOp $1 ${NEEDED_KB} / 1024
    ${NSD_CreateLabel} 0 0 100% 60u "$(Begin)"
    Pop $0
    ${NSD_CreateCheckBox} 0 66u 100% 12u "$(LoginBoxText)"
    Pop $LoginBox
    ${If} $Login == 1
        ${NSD_Check} $LoginBox
    ${EndIf}
    ${NSD_CreateCheckBox} 0 84u 100% 12u "$(StartBoxText)"
    Pop $StartBox
    ${If} $Start == 1
        ${NSD_Check} $StartBox
    ${EndIf}
    GetDlgItem $0 $HWNDPARENT 1
    SendMessage $0 ${WM_SETTEXT} 0 "STR:$(^InstallBtn)"
    ${Say} "$(BeginSpoken)"
    nsDialogs::Show
FunctionEnd

Function PageBeginLeave
    Call Hush
    ${NSD_GetState} $LoginBox $Login
    ${NSD_GetState} $StartBox $Start
FunctionEnd

Function PageEnd
    !insertmacro MUI_HEADER_TEXT "$(^Name)" " "
    nsDialogs::Create 1018
    Pop $0
    StrCpy $1 "$(Done)"
    ${If} $Start == 1
        StrCpy $1 "$(DoneStarts)"
    ${EndIf}
    ${NSD_CreateLabel} 0 0 100% 60u "$1"
    Pop $0
    GetDlgItem $0 $HWNDPARENT 1
    SendMessage $0 ${WM_SETTEXT} 0 "STR:$(^CloseBtn)"
    GetDlgItem $0 $HWNDPARENT 3
    EnableWindow $0 0
    GetDlgItem $0 $HWNDPARENT 2
    EnableWindow $0 0
    ${Say} "$1"
    nsDialogs::Show
FunctionEnd

Function PageEndLeave
    Call Hush ; the program speaks now
    Call StartProgram
FunctionEnd

Function StartProgram
    ${If} $Start == 1
        StrCpy $Start 0
        Exec '"$INSTDIR\edge-assistantw.exe"'
    ${EndIf}
FunctionEnd

; Cancel, Escape or the window's closing
Function OnAbort
    ${If} $Copying == 1
        FileOpen $R8 "$PLUGINSDIR\progress.cancel" w
        FileClose $R8
        Abort ; the window stays until the copying has ended
    ${EndIf}
FunctionEnd

; ---- Installing. The new version is unpacked into FOLDER.new, where nothing of anybody's ever is. The old one is renamed
; to FOLDER.old, and the new one gets its name. What people put into the old models\ is moved from there. Only then the
; old one is renamed to FOLDER.gone, and removed. So the names tell the next start how far this came, whatever ended it.

Section
    SetAutoClose true
    SetOutPath "$TEMP" ; a folder that some program is in cannot be renamed
    InitPluginsDir
    DetailPrint "$(Installing)"
    ${Say} "$(Installing)"
    Call Recover
    Call Unpack
    Call CopyModels
    Call StopProgram
    Call Swap
    Call Register
    ${If} ${Silent}
        Call StartProgram
    ${EndIf}
SectionEnd

Function .onInstFailed
    SetOutPath "$TEMP"
    RMDir /r "$INSTDIR.new"
    SetErrorLevel ${DISK}
    ${Say} "$(NotUnpacked)"
    MessageBox MB_OK|MB_ICONSTOP "$(NotUnpacked)" /SD IDOK
FunctionEnd

Function ClearAway
    RMDir /r "$INSTDIR.new"
    RMDir /r "$INSTDIR.gone"
    ${If} ${FileExists} "$INSTDIR.new\*.*"
    ${OrIf} ${FileExists} "$INSTDIR.gone\*.*"
        ${Refuse} ${IN_USE} "$(InUse)"
    ${EndIf}
FunctionEnd

; What an update that was ended has left
Function Recover
    Call ClearAway
    ${If} ${FileExists} "$INSTDIR.old\*.*"
    ${AndIfNot} ${FileExists} "$INSTDIR\*.*"
        ${RenameFolder} "$INSTDIR.old" "$INSTDIR"
        ${If} ${Errors}
            ${Refuse} ${IN_USE} "$(InUse)"
        ${EndIf}
    ${EndIf}
FunctionEnd

Function Unpack
    SetOutPath "$INSTDIR.new"
    SetOverwrite try
    ClearErrors
    File /r "${PROGRAM}/*"
    WriteUninstaller "$INSTDIR.new\uninstall.exe"
    SetOutPath "$TEMP"
    ${If} ${Errors}
        Abort ; .onInstFailed tells
    ${EndIf}
    ${RunStep} "$INSTDIR.new" "start"
    ${If} $Exit != 0
        RMDir /r "$INSTDIR.new"
        ${Refuse} ${DOES_NOT_START} "$(DoesNotStart)"
    ${EndIf}
FunctionEnd

Function CopyModels
    !ifdef MODELS_BESIDE
        DetailPrint "$(CopyingModels)"
        ${Say} "$(CopyingModels)"
        StrCpy $Spoken 0
        StrCpy $Copying 1
        GetDlgItem $0 $HWNDPARENT 2
        EnableWindow $0 1
        ${RunStep} "$INSTDIR.new" 'copy-models "$EXEDIR\models" "$PLUGINSDIR\progress"'
        EnableWindow $0 0
        StrCpy $Copying 0
        ${If} $Exit != 0
            RMDir /r "$INSTDIR.new"
        ${EndIf}
        ${If} $Exit == ${STEP_CANCELLED}
            ${Say} "$(Cancelled)"
            SetErrorLevel ${CANCELLED}
            Quit
        ${ElseIf} $Exit == ${STEP_DAMAGED}
            ${Refuse} ${MODELS} "$(ModelsDamaged)"
        ${ElseIf} $Exit != 0 ; only where a model is damaged it may be called so
            ${Refuse} ${DISK} "$(NotUnpacked)"
        ${EndIf}
    !endif
FunctionEnd

; The new version ends the one that runs: it is whole, which the old one may not be.
Function StopProgram
    ${If} ${FileExists} "$INSTDIR\*.*"
        ${RunStep} "$INSTDIR.new" 'stop "$INSTDIR"'
        ${If} $Exit != 0
            RMDir /r "$INSTDIR.new"
            ${Refuse} ${IN_USE} "$(InUse)"
        ${EndIf}
    ${EndIf}
FunctionEnd

Function Swap
    ${If} ${FileExists} "$INSTDIR.old\*.*" ; of an update that was ended
        StrCpy $NewProgram "$INSTDIR.new"
        Call FinishUpdate
        ${If} ${FileExists} "$INSTDIR.old\*.*"
            RMDir /r "$INSTDIR.new"
            ${Refuse} ${IN_USE} "$(FilesStuck)"
        ${EndIf}
    ${EndIf}
    ${If} ${FileExists} "$INSTDIR\*.*"
        ${RenameFolder} "$INSTDIR" "$INSTDIR.old"
        ${If} ${Errors}
            RMDir /r "$INSTDIR.new"
            ${Refuse} ${IN_USE} "$(InUse)"
        ${EndIf}
    ${EndIf}
    ${RenameFolder} "$INSTDIR.new" "$INSTDIR"
    ${If} ${Errors}
        Rename "$INSTDIR.old" "$INSTDIR"
        ${Refuse} ${IN_USE} "$(InUse)"
    ${EndIf}
    ${If} ${FileExists} "$INSTDIR.old\*.*"
        StrCpy $NewProgram "$INSTDIR"
        Call FinishUpdate
        ${If} ${FileExists} "$INSTDIR.old\*.*"
            ${Say} "$(FilesStuck)"
            MessageBox MB_OK|MB_ICONEXCLAMATION "$(FilesStuck)" /SD IDOK
        ${EndIf}
    ${EndIf}
FunctionEnd

; FOLDER.old stays where something of somebody's could not be moved from it.
Function FinishUpdate
    ${RunStep} "$NewProgram" 'keep-models "$INSTDIR.old\models" "$INSTDIR\models"'
    ${If} $Exit == 0
        ${RenameFolder} "$INSTDIR.old" "$INSTDIR.gone"
        RMDir /r "$INSTDIR.gone"
    ${EndIf}
FunctionEnd

Function Register
    SetOutPath "$INSTDIR" ; shortcuts take it as the folder to start in
    CreateShortcut "$SMPROGRAMS\Edge Assistant.lnk" "$INSTDIR\edge-assistantw.exe"
    CreateShortcut "$SMPROGRAMS\$(UninstallName).lnk" "$INSTDIR\uninstall.exe"
    SetOutPath "$TEMP"
    ${If} $Login == 1
        ; what the program's settings write, too
        WriteRegStr HKCU "${RUN_KEY}" "Edge Assistant" '"$INSTDIR\edge-assistantw.exe"'
        DeleteRegValue HKCU "${APPROVED_KEY}" "Edge Assistant"
    ${EndIf}
    WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayName" "$(^Name)"
    WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayVersion" "${VERSION}"
    WriteRegStr HKCU "${UNINSTALL_KEY}" "Publisher" "Edge Assistant"
    WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayIcon" "$INSTDIR\edge-assistantw.exe"
    WriteRegStr HKCU "${UNINSTALL_KEY}" "InstallLocation" "$INSTDIR"
    WriteRegStr HKCU "${UNINSTALL_KEY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
    WriteRegStr HKCU "${UNINSTALL_KEY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
    WriteRegDWORD HKCU "${UNINSTALL_KEY}" "EstimatedSize" ${PROGRAM_KB}
    WriteRegDWORD HKCU "${UNINSTALL_KEY}" "NoModify" 1
    WriteRegDWORD HKCU "${UNINSTALL_KEY}" "NoRepair" 1
FunctionEnd

; ---- Uninstalling

Function un.onInit
    ${GetParameters} $R0
    ClearErrors
    ${GetOptions} $R0 "/LANG=" $R1
    ${IfNot} ${Errors}
        StrCpy $LANGUAGE ${LANG_ENGLISH}
        ${If} $R1 == "de"
            StrCpy $LANGUAGE ${LANG_GERMAN}
        ${EndIf}
    ${EndIf}
    Call un.StartVoice
    StrCpy $Settings 0
    ClearErrors
    ${GetOptions} $R0 "/REMOVESETTINGS" $R1
    ${IfNot} ${Errors}
        StrCpy $Settings 1
    ${EndIf}
    System::Call 'kernel32::CreateMutexW(p 0, i 0, w "EdgeAssistantSetup") p.r0 ?e'
    Pop $0
    ${If} $0 == 183 ; ERROR_ALREADY_EXISTS (winerror.h)
    ${OrIf} $0 == 5 ; ERROR_ACCESS_DENIED: it exists, made as an administrator
        ${Refuse} ${TWO_AT_ONCE} "$(TwoAtOnce)"
    ${EndIf}
    ${If} $EXEDIR == $INSTDIR ; started there with _?=: a running program cannot be removed
        ${Refuse} ${IN_USE} "$(InUse)"
    ${EndIf}
    ; whatever has become of this file, it removes only a program of ours
    ${IfNot} ${FileExists} "$INSTDIR\_internal\*.*"
        ${Refuse} ${FOREIGN_FOLDER} "$(ForeignFolder)"
    ${EndIf}
FunctionEnd

Function un.PageBegin
    !insertmacro MUI_HEADER_TEXT "$(^Name)" " "
    nsDialogs::Create 1018
    Pop $0
    ${NSD_CreateLabel} 0 0 100% 60u "$(RemoveBegin)"
    Pop $0
    ${NSD_CreateCheckBox} 0 66u 100% 12u "$(SettingsBoxText)"
    Pop $SettingsBox
    ${If} $Settings == 1
        ${NSD_Check} $SettingsBox
    ${EndIf}
    GetDlgItem $0 $HWNDPARENT 1
    SendMessage $0 ${WM_SETTEXT} 0 "STR:$(^UninstallBtn)"
    ${Say} "$(RemoveSpoken)"
    nsDialogs::Show
FunctionEnd

Function un.PageBeginLeave
    Call un.Hush
    ${NSD_GetState} $SettingsBox $Settings
FunctionEnd

Function un.PageEnd
    !insertmacro MUI_HEADER_TEXT "$(^Name)" " "
    nsDialogs::Create 1018
    Pop $0
    StrCpy $1 "$(Removed)"
    ${If} $Settings != 1
        StrCpy $1 "$(RemovedButSettings)"
    ${EndIf}
    ${NSD_CreateLabel} 0 0 100% 60u "$1"
    Pop $0
    GetDlgItem $0 $HWNDPARENT 1
    SendMessage $0 ${WM_SETTEXT} 0 "STR:$(^CloseBtn)"
    GetDlgItem $0 $HWNDPARENT 3
    EnableWindow $0 0
    GetDlgItem $0 $HWNDPARENT 2
    EnableWindow $0 0
    ${Say} "$1"
    nsDialogs::Show
FunctionEnd

Section Uninstall
    SetAutoClose true
    SetOutPath "$TEMP"
    InitPluginsDir
    StrCpy $Copying 0
    DetailPrint "$(Removing)"
    ${Say} "$(Removing)"
    ${If} ${FileExists} "$INSTDIR\edge-assistant.exe"
        ${RunStep} "$INSTDIR" 'stop "$INSTDIR"'
        ${If} $Exit == 5
            ${Refuse} ${IN_USE} "$(InUse)"
        ${EndIf}
    ${EndIf}
    ; Also what an update that was ended has left; and one step, so that no half of a program is ever found.
    RMDir /r "$INSTDIR.new"
    RMDir /r "$INSTDIR.gone"
    RMDir /r "$INSTDIR.old"
    ${RenameFolder} "$INSTDIR" "$INSTDIR.gone"
    ${If} ${Errors}
        ${Refuse} ${IN_USE} "$(InUse)"
    ${EndIf}
    Delete "$SMPROGRAMS\Edge Assistant.lnk"
    Delete "$SMPROGRAMS\Uninstall Edge Assistant.lnk"
    Delete "$SMPROGRAMS\Edge Assistant deinstallieren.lnk"
    DeleteRegKey HKCU "${UNINSTALL_KEY}"
    DeleteRegValue HKCU "${RUN_KEY}" "Edge Assistant"
    DeleteRegValue HKCU "${APPROVED_KEY}" "Edge Assistant"
    ; Where Windows notes the programs that want no crash reports (WerAddExcludedApplication)
    DeleteRegValue HKCU "${EXCLUDED_KEY}" "edge-assistant.exe"
    DeleteRegValue HKCU "${EXCLUDED_KEY}" "edge-assistantw.exe"
    RMDir /r "$INSTDIR.gone"
    ; Models that were fetched, records and caches
    RMDir /r "$LOCALAPPDATA\edge-assistant\models"
    RMDir /r "$LOCALAPPDATA\edge-assistant\cache"
    Delete "$LOCALAPPDATA\edge-assistant\*.*"
    ${If} $Settings == 1
        RMDir /r "$LOCALAPPDATA\edge-assistant\config"
    ${EndIf}
    RMDir "$LOCALAPPDATA\edge-assistant"
    StrCpy $0 ""
    ${If} ${FileExists} "$INSTDIR.gone\*.*"
        StrCpy $0 "$INSTDIR.gone"
    ${ElseIf} ${FileExists} "$LOCALAPPDATA\edge-assistant\models\*.*"
        StrCpy $0 "$LOCALAPPDATA\edge-assistant\models"
    ${ElseIf} ${FileExists} "$LOCALAPPDATA\edge-assistant\cache\*.*"
        StrCpy $0 "$LOCALAPPDATA\edge-assistant\cache"
    ${EndIf}
    ${If} $0 != ""
        ${Refuse} ${IN_USE} "$(Leftovers)"
    ${EndIf}
SectionEnd
