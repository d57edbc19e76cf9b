@problemname small
@sampling 3
@timeStamps false
@univariate true
@equalLength false
@classLabel true yes no
@data
1,2:yes
