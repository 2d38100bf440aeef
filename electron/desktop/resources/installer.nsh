; Before the program is removed or replaced: refuses while a till of this user holds payments that the municipality does not have.

!macro refuseUnsent
  SetShellVarContext current
  ${If} ${FileExists} "$APPDATA\Tahsil\till\UNSENT-MONEY.txt"
    MessageBox MB_OK|MB_ICONSTOP "This till holds payments that were not sent yet. Start it with a network and let it send, or carry the payments out (rescue), then try again." /SD IDOK
    SetErrorLevel 2
    Quit
  ${EndIf}
  SetShellVarContext all
!macroend

!macro customInit
  !insertmacro refuseUnsent
!macroend

!macro customUnInit
  !insertmacro refuseUnsent
!macroend
