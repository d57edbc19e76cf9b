@problemName small
@timeStamps false
@univariate true
@equalLength true
@seriesLength -3
@classLabel true yes no
@data
1,2:yes
