# Words for the shell of those who live here.
alias ll='ls -l'
export EDITOR=nano
