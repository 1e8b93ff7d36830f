"""Words of questions, and of those whom contracts name, in English, German and French. Pure."""

from __future__ import annotations

from vlm.label_words import folded

_ASKS = """
thing things something anything someone anybody else side over under
many much long high often old far kind sort name called tell say stated mentioned according text
document page find following happen happened happens get gets got long new lange lang hoch oft alt
weit breit lautet lauten heißt heisst genannt nennt steht angegeben dokument text seite gibt geben
findet eigentlich genau ungefähr gilt long haut vieux loin appelle nommé indiqué texte page
document existe trouve selon lieu situé statt prévu prévue located situated take takes took place
"""
_FORMS = """
money geld argent
amount sum number date day time period name address place value figure percent percentage kind
type size total length duration cost costs kostet kosten gekostet beträgt betragen betrug coûte
coûté coûter coûtent élève betrag summe höhe anzahl zahl datum tag uhrzeit uhr zeitraum dauer name
namen adresse ort wert prozent art größe länge montant somme nombre numéro date jour heure durée
nom adresse lieu valeur pourcentage pour cent type taille longueur délai année combien
"""
ASKS = frozenset(_ASKS.casefold().split())
"""Words of questions that no sentence needs to have."""
_IRREGULAR = """
heard took paid won got led ran said told found made gave wrote built held bought sold sent met left
began fell rose drew kept lost spent taught became chose spoke sued
"""
IRREGULAR = frozenset(_IRREGULAR.split())
"""English verbs that tell of the past and are no other word."""

FORMS = frozenset(_FORMS.casefold().split())
"""Words that say what an answer looks like, which stands seldom beside it."""

_LIGHT = """
large big deep tall heavy groß große schwer tief grand grande lourd make made makes making keep
keeps kept come comes came go goes went give gives given gave put hold use used using need needs
provide provided agree agreed set receive run runs last lasts want wants planning plan agreement
contract document letter study paper report invoice authors author vertrag brief bericht studie
rechnung urteil lettre contrat étude rapport courrier dauern dauert laufen läuft durer dure will
wollen möchte veut received concern halten erfolgt erfolgen kommt kommen kam gemacht machen
vorgenommen geben gegeben bekommt erhält erhalten stellen gestellt bringt führt eingelegt gilt
vorhanden brauche benötigt faire fait donner donné mettre mis venir vient avoir recevoir reçu
rendre demander concerner effectuer
"""
LIGHT_WORDS = frozenset(_LIGHT.casefold().split())
"""Verbs that go with anything, which a page may well leave out or say in another way."""

_ROLES = """
landlord tenant lessor lessee employer employee buyer purchaser seller vendor lender borrower
client customer contractor supplier provider licensor licensee guarantor agent principal company
claimant plaintiff defendant respondent appellant insurer insured owner vermieter
vermieterin mieter mieterin arbeitgeber arbeitgeberin arbeitnehmer arbeitnehmerin käufer käuferin
verkäufer verkäuferin auftraggeber auftragnehmer darlehensgeber darlehensnehmer kunde kläger
klägerin beklagte beklagter beklagten versicherer versicherungsnehmer eigentümer bailleur
locataire preneur employeur salarié salariée acheteur acquéreur vendeur prêteur emprunteur client
prestataire demandeur demanderesse défendeur défenderesse assureur assuré
"""
ROLES = frozenset(folded(word) for word in _ROLES.split())
"""Those whom a contract or a decision calls by what they are in it, without accents."""
