1,2,3:yes
@problemName small
@timeStamps false
@univariate true
@equalLength false
@classLabel true yes no
@data
