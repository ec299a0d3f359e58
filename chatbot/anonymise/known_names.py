"""Family and first names common in Côte d'Ivoire that are no everyday words; folded, to be recognised unannounced."""

from __future__ import annotations

KNOWN = frozenset(
    "kone kouassi kouadio konan kouame koffi kouakou yao ouattara traore coulibaly diabate bamba toure diallo"
    " cisse sangare fofana n'guessan nguessan diomande doumbia sylla camara keita dembele bakayoko soro silue yeo"
    " tuo soumahoro kante konate sidibe diarra diakite dosso meite karamoko cherif barry bah sow balde ba ndiaye"
    " diop fall gueye ouedraogo sawadogo zongo kabore compaore tiendrebeogo nikiema gnagne zadi bedie ehouman"
    " ahoua assi aka kacou kassi ehui amani gbagbo dago gnahore zokou seri tape gohou bailly dogbo lago digbeu"
    " sery guei droh gueu tieu n'dri ndri brou atta kobenan kobena adou assouman amoikon tanoh ehouo assoumou n'zi"
    " nzi kra kangah bini yeboua adjoumani kossonou awa fatou fatoumata mariam aminata aissata salimata rokia"
    " kadiatou bintou fanta nabintou mamadou moussa ibrahim ibrahima issouf issa seydou adama abou aboubacar"
    " ousmane souleymane drissa dramane lassina siaka bakary yacouba karim abdoulaye amadou aya akissi adjoua"
    " affoue ahou amenan amoin aminan akoua abenan kouamenan yaya vakaba vamoussa tiemoko zana nagnan wilfried"
    " clarisse estelle yvette mamadi sekou kader abdoul hamed lacina zoumana daouda".split()
) - {"ba", "bah", "fall", "sow", "seri", "kra", "aka"}
