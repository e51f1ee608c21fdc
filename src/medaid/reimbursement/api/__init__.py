"""The REST edge of manual reimbursement: bodies, shapes, routes and their description. Only doors
import it."""
