@problemName small
@timeStamps false
@univariate true
@equalLength true
@classLabel true yes no
@data
1,2,3:yes
3,2:no
