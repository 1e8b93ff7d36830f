"""Everyday words that mean about the same, in English, German and French. Pure.

A person asks when a tenancy starts, and the page says that it commences.
"""

from __future__ import annotations

from functools import lru_cache

from vlm.label_words import folded
from vlm.stems import LANGUAGES, Language, stem_of, stems_of

_GROUPS = """
begin start commence commencement effective | beginnen beginn anfangen anfang start antritt
 wirksam | commencer début débuter effet
end terminate termination expire expiry finish cease | enden ende kündigen kündigung auslaufen
 beenden ablauf | fin finir terminer résilier résiliation expirer prendre
notice terminate termination cancel cancellation resign | kündigen kündigung kündigungsfrist |
 préavis congé résilier résiliation
rent rental | miete mietzins grundmiete kaltmiete | loyer
deposit security bond | kaution sicherheit mietsicherheit | caution dépôt garantie
landlord lessor | vermieter vermieterin | bailleur bailleresse propriétaire
tenant lessee renter | mieter mieterin | locataire preneur
employer | arbeitgeber arbeitgeberin | employeur
employee worker | arbeitnehmer arbeitnehmerin mitarbeiter | salarié salariée employé
buyer purchaser | käufer käuferin erwerber | acheteur acquéreur
seller vendor | verkäufer verkäuferin veräußerer | vendeur cédant
lender | darlehensgeber kreditgeber | prêteur
borrower | darlehensnehmer kreditnehmer | emprunteur
customer client | kunde kundin auftraggeber | client cliente
contractor supplier provider | auftragnehmer lieferant dienstleister | prestataire fournisseur
plaintiff claimant | kläger klägerin | demandeur demanderesse requérant requérante
defendant respondent | beklagte beklagter beklagten | défendeur défenderesse
salary pay remuneration wage wages compensation earn | gehalt vergütung lohn entgelt verdienen |
 salaire rémunération
pay paid pays payable payment bear borne | zahlen bezahlen zahlbar zahlung tragen trägt entrichten
 leisten leistet übernehmen übernimmt zahlt | payer payable paiement verser verse régler charge
price cost costs charge fee fees | preis kosten kostet kaufpreis gebühr | prix coût coûter tarif
 frais
amount sum principal | betrag summe höhe beträgt betragen beläuft beliefen | montant somme élève
pet pets animal dog dogs cat cats | haustier tier tiere tierhaltung hund hunde katze katzen
 kleintiere | animal animaux chien chat
holiday holidays vacation leave | urlaub ferien urlaubstage | congés congé vacances
probation probationary trial | probezeit | essai
job employment position work | arbeit stelle beschäftigung tätigkeit arbeitsverhältnis arbeitszeit
 | travail poste emploi
sign signed conclude concluded made dated enter entered | unterschreiben unterschrieben
 geschlossen schließen abgeschlossen unterzeichnet | signer signé conclu conclure
contract agreement lease tenancy | vertrag vereinbarung mietvertrag mietverhältnis
 vertragsverhältnis | contrat bail convention accord
law governing governed apply applies applicable | recht anwendbar gilt gelten | droit loi
 applicable
jurisdiction courts court venue | gerichtsstand gericht zuständig | juridiction tribunal compétent
allow allowed permit permitted permission consent may | erlaubt erlaubnis gestattet zustimmung
 einwilligung genehmigung zulässig dürfen darf | autorisé autorisation permis accord
forbidden prohibited prohibit ban banned | verboten untersagt unzulässig | interdit interdite
buy bought purchase purchased acquire | kaufen kaufte kauf gekauft erwerben | acheter acheté achat
increase rise rose risen grew grow growth more | steigen stieg stiegen gestiegen anstieg zunahme
 mehr | augmenter augmentation hausse progression
decrease fall fell decline dropped drop less | sinken sank gesunken rückgang abnahme weniger |
 baisser baisse diminution
fund funded funding finance financed sponsor support supported | finanziert finanzieren gefördert
 förderung | financé financer financement subvention
appeal objection object | berufung einspruch widerspruch rechtsmittel | appel recours contester
judge judgment judgement decide decision | richter richterin urteil entscheidung | juge jugement
 arrêt décision
interest | zins zinsen zinssatz verzinsung | intérêt intérêts
deadline period term limit duration | frist termin dauer laufzeit | délai durée terme
yearly annual annually year years | jährlich jahr jahre | annuel annuelle année an ans
monthly month months | monatlich monat monate | mensuel mensuelle mois
weekly week weeks | wöchentlich woche wochen | hebdomadaire semaine semaines
flat apartment premises dwelling property | wohnung mietsache räume immobilie | appartement
 logement local locaux
car vehicle | auto fahrzeug wagen kraftfahrzeug pkw | voiture véhicule automobile
meeting assembly session meet met | sitzung versammlung besprechung tagung | réunion assemblée
 séance
head lead leads chair chairs director manager run runs preside president | leiter leitet leiten
 leitung direktor direktorin vorsitz vorsitzende | directeur dirige diriger préside présider
 président
early prepay premature advance | vorzeitig voraus | anticipé anticipée avance
repaid repay repayment reimburse refund | zurückzahlen rückzahlung tilgen tilgung erstatten |
 rembourser remboursement
late delay delayed default overdue | verspätet verzug verspätung | retard défaut
confidential confidentiality secret secrets disclose | geheimhaltung vertraulich verschwiegenheit
 | confidentialité confidentiel secret
damage defect fault | mangel schaden defekt | défaut dommage vice
warranty guarantee guaranteed | gewährleistung garantie | garantie
held happen occur occurred place | stattfinden findet statt stattfand | lieu tenir tiendra déroule
phone telephone call reach contact | telefon telefonnummer telefonisch erreichen | téléphone
 joindre
write author authors written wrote | autor autorin verfasst geschrieben | auteur écrit rédigé
found founded established creation | gegründet gründung | fondé fondée fonder création créé
open opened opening inaugurated | eröffnet eröffnung öffnet | ouvert ouverture inauguré
close closed closure shut | geschlossen schließen schließung | fermé fermeture
build built construction | gebaut bau erbaut errichtet | construit construction bâti
visitor visitors visit | besucher besuchen besuchten besuch | visiteur visiteurs visiter
member members | mitglied mitglieder | membre membres adhérent adhérents
people participants persons | menschen personen teilnehmer probanden | personnes participants
renew renewal extend extended prolong | verlängern verlängert verlängerung | renouveler
 renouvellement reconduction prolonger
send submit submitted file filed lodge | senden einreichen eingereicht schicken | envoyer parvenir
 déposer déposé
win won winner award awarded | gewinnen gewann preis sieger | gagner remporter prix
live lives reside residing resident address | wohnt wohnhaft wohnen adresse anschrift | habite
 demeurant domicilié adresse
registered office seat headquarters based | sitz hauptsitz | siège
size area large big surface | größe groß wohnfläche fläche | superficie surface taille grand
born birth | geboren geburt | né née naissance
die died death | gestorben starb tod | mort décédé décès
responsible charge handle handles officer follow | zuständig verantwortlich bearbeitet betreut
 ansprechpartner | responsable suivi suit chargé
reject rejected refuse refused dismiss dismissed | abgelehnt ablehnen abgewiesen | rejeté rejetée
 refusé
reason cause because | grund ursache weil | raison cause motif
fine penalty | bußgeld strafe vertragsstrafe | amende pénalité
delivery deliver delivered handover | lieferung übergabe liefern geliefert | livraison livrer
 remise
reference ref file case | aktenzeichen az geschäftszeichen zeichen | référence réf dossier
return returned give back surrender hand | zurückgeben rückgabe zurückgegeben herausgeben | rendre
 restituer restitution retour renvoyer retourner
dispute conflict arbitration disagreement | streit streitigkeit schiedsgericht | litige différend
 arbitrage
secret confidential confidentiality | geheim vertraulich geheimhaltung | secret confidentiel
maximum cap limit most exceed ceiling | höchstens maximal obergrenze begrenzt | maximum plafond
 limite
minimum least less | mindestens minimum wenigstens | minimum moins inférieur
medicine drug medication tablet | medikament arznei arzneimittel | médicament traitement
wrong fault problem complaint diagnosis | problem fehler beschwerde diagnose | problème plainte
 diagnostic
enclosed enclosure attached attachment enc | anlage anlagen beigefügt anbei | joint jointe jointes
 annexe
answer reply respond response proposals | antwort antworten stellungnahme erwidern | réponse
 répondre
examine look follow followed study studied investigate observe analyse analyze survey |
 untersuchen untersucht beobachten prüfen geprüft | examiner étudier analyser observer
grant fund funded paid | bewilligt gefördert | subvention financé
dismiss dismissal dismissed fired redundancy | kündigung entlassung gekündigt entlassen |
 licenciement licencié
claim sue lawsuit action | klage klagefrist klagen anspruch | action plainte réclamation
free gratis waived | kostenlos gratis unentgeltlich kostenfrei | gratuit gratuite offert offerts
money cash funds balance | geld kasse guthaben bestand kassenbestand kontostand | argent caisse
 solde
levy contribution fee dues | umlage beitrag mitgliedsbeitrag | cotisation contribution
raise increase lift | erhöhung erhöhen anheben | augmentation relèvement
accept accepted approve approved adopt adopted granted | angenommen beschlossen genehmigt
 zugestimmt | accepté approuvé adopté
include included covered contain cover | enthalten inbegriffen inklusive umfasst | inclus comprend
 compris
revoke cancel withdraw withdrawal | widerrufen widerruf rücktritt stornieren | révoquer révoquée
 annuler annulation rétractation
doctor physician surgeon | arzt ärztin | médecin docteur
remain remaining left rest | übrig rest restlich restlichen verbleibend | restant reste
today now currently present | heute derzeit aktuell jetzt | aujourd actuellement actuel
capacity process treat handle | kapazität verarbeiten | capacité traiter
employ employs work works workers staff job | beschäftigt arbeiten arbeitet angestellte | emploie
 employer travaille travaillent effectif
publish published appear issue issued | veröffentlicht erschienen ausgestellt | publié paru
 délivré
vote voted votes elect elected election | stimmen abgestimmt wahl gewählt | voter vote élu
 élection
complain complaint objection | beschwerde reklamation mangelrüge | réclamation plainte
insurance insured insurer policy | versicherung versichert | assurance assuré assureur
arrive arrival reach | ankunft ankommen anreise | arriver arrivée
leave departure depart | abreise abfahrt abfahren | départ partir
send sent ship shipping dispatch | versand versenden verschickt | expédier expédition envoi
error mistake | fehler irrtum | erreur faute
child children minor | kind kinder minderjährige | enfant enfants mineur
wife husband spouse married | ehefrau ehemann verheiratet | épouse époux mari marié
nephew niece uncle aunt | neffe nichte onkel tante | neveu nièce oncle tante
house home building | haus gebäude wohnhaus | maison immeuble bâtiment
land site ground plot area | grundstück gelände parzelle | terrain site parcelle
power proxy attorney authority | vollmacht bevollmächtigt | procuration pouvoir mandat mission
cheap expensive valuable | billig teuer | cher coûteux
research study work project | forschung studie arbeit projekt | recherche étude travail projet
want ask asks request demand | verlangen verlangt fordern fordert bitten | demander demande exiger
sample data measurements | stichprobe daten messungen | échantillon données mesures
method approach procedure | methode verfahren | méthode procédé procédure
conclude conclusion conclusions | schluss schlussfolgerung fazit | conclusion conclure concluons
limitation weakness | einschränkung schwäche | limite faiblesse
goal aim purpose objective | ziel zweck | but objectif
explore collaboration cooperate together | zusammenarbeit gemeinsam | collaboration coopération
 ensemble
profit loss earnings revenue turnover sales | gewinn verlust umsatz erlös ertrag | bénéfice perte
 chiffre recettes
lose lost missing | verlieren verlust verloren | perdre perdu perte
key keys | schlüssel | clé clés clef clefs
noise quiet loud | lärm ruhe ruhezeit | bruit calme
smoke smoking | rauchen rauchverbot | fumer
guest guests visitor overnight | gast gäste übernachtung | invité hôte
bill bills invoice | rechnung rechnungen | facture factures
belongings stuff contents possessions | hausrat sachen gegenstände | affaires biens
bike bicycle | fahrrad rad räder | vélo bicyclette
cow cows cattle herd | kuh kühe rinder | vache vaches bovins
admission entrance entry ticket tickets | eintritt eintrittspreis | entrée admission billet
sued defendant respondent | verklagt beklagte | poursuivi défenderesse
account bank debit | konto bank abbuchung lastschrift | compte banque prélèvement
earn earned takings income receipts | einnahmen eingenommen verdient | recettes gagné revenu
visitor visitors people guests came | besucher menschen personen gäste | visiteurs personnes
member members membership | mitglied mitgliedschaft | membre adhésion
inspect inspection check maintain maintenance service serviced | inspektion inspiziert wartung
 wartet gewartet warten prüfung | inspection contrôle entretien maintenance
raise increase rise increased | steigen erhöhen angehoben anheben erhöht | augmenter relever
manage manages managed operate operated operator | verwaltet betreibt betreiber betrieben | gérer
 gestion exploite
insured covered insurance cover | versichert versicherung gedeckt | assuré couvert garantie
award awarded judgment sum | zugesprochen | accordé alloué
excess deductible | selbstbeteiligung selbstbehalt | franchise
electricity power energy | strom energie | électricité énergie
replace replaced successor new | nachfolger neu ersetzt | successeur nouveau remplacé
retire retired resign resigned leave | ruhestand ausgeschieden zurückgetreten | retraite
 démissionné
valid force effect | gültig kraft wirksam gilt | valable vigueur
use used purpose | zweck verwenden verwendung nutzung | usage utiliser utilisation but
overtime | überstunden mehrarbeit | supplémentaires
compete competition competitive non-compete | wettbewerb wettbewerbsverbot | concurrence
liability liable | haftung haftet haften | responsabilité responsable
mileage odometer kilometres | kilometerstand gesamtfahrleistung fahrleistung | kilométrage
mobile cell cellphone | handy mobil handynummer mobilnummer mobiltelefon | portable mobile
telephone phone tel | telefon tel fon telefonnummer rufnummer | téléphone tél tel
fax | fax telefax faxnummer | fax télécopie
sublet sublease subletting | untervermietung untervermieten untermiete | sous-location sous-louer
"""


def _groups() -> dict[tuple[Language, str], frozenset[int]]:
    found: dict[tuple[Language, str], set[int]] = {}
    lines = _GROUPS.replace("\n ", " ").strip().splitlines()
    for number, line in enumerate(lines):
        for language, words in zip(LANGUAGES, line.split("|"), strict=True):
            for word in words.replace("-", "").split():
                found.setdefault((language, stem_of(word, language)), set()).add(number)
                found.setdefault((language, word.casefold()), set()).add(number)
    return {key: frozenset(numbers) for key, numbers in found.items()}


LEAST_BEFORE, LEAST_PART = 3, 5
"""Letters of a compound's first part at least, and of its last one."""

_OF = _groups()


@lru_cache(maxsize=20_000)
def groups_of(word: str, language: Language) -> frozenset[int]:
    """Return the numbers of the groups that a word is in; words of one mean about the same.

    Args:
        word: In small letters.
        language: Of the text that has it.
    """
    none = frozenset[int]()
    forms = (word, *stems_of(word, language))
    return none.union(*(_OF.get((language, form), none) for form in forms))


def related(word: str, language: Language) -> frozenset[str]:
    """Return the stems, without accents, of all words that mean about the same as one."""
    groups = groups_of(word, language)
    return frozenset(folded(form) for (_, form), own in _OF.items() if own & groups)


@lru_cache(maxsize=20_000)
def groups_of_last_part(word: str, language: Language) -> frozenset[int]:
    """Return the groups of the last part of a German compound: "Jahresgehalt" is a "Gehalt"."""
    if language != "de":
        return frozenset()
    for start in range(LEAST_BEFORE, len(word) - LEAST_PART + 1):
        if found := _OF.get(("de", word[start:])):
            return found
    return frozenset()
