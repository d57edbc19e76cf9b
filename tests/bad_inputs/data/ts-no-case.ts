@problemName small
@timeStamps false
@univariate true
@equalLength false
@classLabel true yes no
@data
