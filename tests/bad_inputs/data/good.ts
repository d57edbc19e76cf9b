@problemName small
@timeStamps false
@univariate true
@equalLength false
@classLabel true yes no
@data
1,2,3:yes
3,2,1:no
1,2,2:yes
3,2,2:no
