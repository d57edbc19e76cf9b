@problemName small
@timeStamps false
@univariate true
@equalLength perhaps
@classLabel true yes no
@data
1,2:yes
